//! The `[people]` table: each name belongs to one person.

use std::collections::BTreeMap;

use super::file::Mistake;
use super::written::PeopleFile;
use super::{People, Person};

/// Reads the table.
pub(super) fn people(file: PeopleFile) -> Result<People, Mistake> {
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    let mut persons = Vec::new();
    let domain =
        People { email_domain: file.email_domain.map(|domain| domain.0), persons: Vec::new() };
    for person in file.person {
        let name_span = person.name.span();
        let name = person.name.into_inner().0;
        let mut claim = |span, label: &str, key: &str| {
            // Two people with one name would approve each other's changes.
            let key = format!("{label} {}", key.to_lowercase());
            match owners.insert(key.clone(), name.clone()) {
                Some(other) if other != name => {
                    Err((span, format!("the {key} already belongs to `{other}`")))
                }
                _ => Ok(()),
            }
        };
        claim(name_span, "name", &name)?;
        for email in &person.emails {
            claim(email.span(), "address", &email.as_ref().0)?;
            // An address of the domain is a login as well.
            if let Some(login) = domain.login_of(&email.as_ref().0) {
                claim(email.span(), "login", login)?;
            }
        }
        for login in &person.logins {
            let name = &login.as_ref().0;
            claim(login.span(), "login", domain.login_of(name).unwrap_or(name))?;
        }
        persons.push(Person {
            emails: person.emails.into_iter().map(|email| email.into_inner().0).collect(),
            logins: person.logins.into_iter().map(|login| login.into_inner().0).collect(),
            name,
        });
    }
    Ok(People { persons, ..domain })
}
