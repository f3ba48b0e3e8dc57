//! Which names are one person, and which can't be told apart.

use crate::model::Identity;

/// `[people]`: how addresses and logins belong together.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// `ana@DOMAIN` is the login `ana`; lower case.
    pub email_domain: Option<String>,
    /// The people with more than one name.
    pub persons: Vec<Person>,
}

/// `[[people.person]]`: all names of one person.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// How the digest and the evidence call them.
    pub name: String,
    /// Addresses in commits.
    pub emails: Vec<String>,
    /// Logins at the git server and in trackers.
    pub logins: Vec<String>,
}

/// Whether two names are one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sameness {
    /// One person.
    Same,
    /// Two people.
    Different,
    /// They can't be told apart until this name is mapped.
    Unknown {
        /// The name that nobody is known by.
        missing: Identity,
    },
}

#[derive(Clone, Copy)]
struct Resolved<'a> {
    person: Option<usize>,
    login: Option<&'a str>,
}

impl People {
    /// Whether two names are one person. Case is ignored: two logins that differ
    /// only there are held to be one, so that nobody approves himself as `Ana`.
    pub fn sameness(&self, a: &Identity, b: &Identity) -> Sameness {
        let (ra, rb) = (self.resolve(a), self.resolve(b));
        match (ra.person, rb.person) {
            (Some(pa), Some(pb)) if pa == pb => Sameness::Same,
            (Some(_), Some(_)) => Sameness::Different,
            _ if a.is_another_account(b) => Sameness::Different,
            (Some(person), None) => self.apart_from(person, a, b, rb),
            (None, Some(person)) => self.apart_from(person, b, a, ra),
            (None, None) => match (ra.login, rb.login) {
                (Some(la), Some(lb)) if la.eq_ignore_ascii_case(lb) => Sameness::Same,
                (Some(_), Some(_)) => Sameness::Different,
                _ if a.as_str().eq_ignore_ascii_case(b.as_str()) => Sameness::Same,
                (None, _) => Sameness::Unknown { missing: a.clone() },
                (_, None) => Sameness::Unknown { missing: b.clone() },
            },
        }
    }

    /// Whether the config gives both logins to one person, to the letter: a login
    /// that differs in case may be another account.
    pub fn owns_both(&self, a: &str, b: &str) -> bool {
        let has = |person: &Person, login| person.logins.iter().any(|l| l == login);
        self.persons.iter().any(|person| has(person, a) && has(person, b))
    }

    /// The login at the git server of whoever has this name, where it is known.
    pub fn login<'a>(&'a self, identity: &'a Identity) -> Option<&'a str> {
        let resolved = self.resolve(identity);
        resolved.login.or_else(|| {
            let person = self.persons.get(resolved.person?)?;
            person.logins.iter().map(String::as_str).find(|login| !login.contains(':'))
        })
    }

    /// One name for all the names of a person: the configured one, the login, or
    /// the address as it stands.
    pub fn name(&self, identity: &Identity) -> String {
        let resolved = self.resolve(identity);
        match (resolved.person.and_then(|index| self.persons.get(index)), resolved.login) {
            (Some(person), _) => person.name.clone(),
            (None, Some(login)) => login.to_lowercase(),
            (None, None) => identity.as_str().to_lowercase(),
        }
    }

    /// A stranger and a configured person are two people only where the person's
    /// login is known: else the stranger's login might be theirs.
    fn apart_from(
        &self,
        person: usize,
        known: &Identity,
        stranger: &Identity,
        resolved: Resolved<'_>,
    ) -> Sameness {
        if resolved.login.is_none() {
            return Sameness::Unknown { missing: stranger.clone() };
        }
        match self.persons.get(person) {
            Some(person) if self.has_login(person) => Sameness::Different,
            _ => Sameness::Unknown { missing: known.clone() },
        }
    }

    fn has_login(&self, person: &Person) -> bool {
        person.logins.iter().any(|login| !login.contains(':'))
            || person.emails.iter().any(|email| self.login_of(email).is_some())
    }

    fn resolve<'a>(&'a self, identity: &'a Identity) -> Resolved<'a> {
        let named =
            |names: &[String], name: &str| names.iter().any(|n| n.eq_ignore_ascii_case(name));
        match identity {
            Identity::Login(login) => {
                let person = self.persons.iter().position(|person| {
                    named(&person.logins, login)
                        || self.login_of(login).is_some_and(|l| named(&person.logins, l))
                        || person.emails.iter().any(|email| {
                            self.login_of(email).is_some_and(|l| l.eq_ignore_ascii_case(login))
                        })
                });
                // A login such as `ana@EXAMPLE.COM` (Kerberos) is an address in its own
                // way: of our domain, or of nobody who could be told from others.
                let name = if login.contains('@') { self.login_of(login) } else { Some(&**login) };
                Resolved { person, login: name }
            }
            // The id where the config knows it, else the address, else nobody.
            Identity::Account { id, email } => {
                let person = self.persons.iter().position(|person| named(&person.logins, id));
                let by_email = email.as_deref();
                let login = by_email.and_then(|email| self.login_of(email));
                let person = person.or_else(|| {
                    self.persons.iter().position(|person| {
                        by_email.is_some_and(|email| named(&person.emails, email))
                            || login.is_some_and(|login| named(&person.logins, login))
                    })
                });
                Resolved { person, login }
            }
            Identity::Email(email) => {
                let login = self.login_of(email);
                let person = self.persons.iter().position(|person| {
                    named(&person.emails, email)
                        || login.is_some_and(|login| named(&person.logins, login))
                });
                Resolved { person, login }
            }
        }
    }

    /// `ana` of `ana@DOMAIN` and of `ana+git@DOMAIN`, where DOMAIN is the configured one.
    pub(super) fn login_of<'a>(&self, email: &'a str) -> Option<&'a str> {
        let (login, domain) = email.rsplit_once('@')?;
        let ours = self.email_domain.as_deref()?;
        let login = login.split_once('+').map_or(login, |(login, _)| login);
        (domain.eq_ignore_ascii_case(ours) && !login.is_empty()).then_some(login)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> People {
        People {
            email_domain: Some("example.com".to_owned()),
            persons: vec![
                Person {
                    name: "Ana Souza".to_owned(),
                    emails: vec!["ana@home.example".to_owned()],
                    logins: vec!["ana".to_owned()],
                },
                Person {
                    name: "Old Hand".to_owned(),
                    emails: vec!["old@elsewhere.example".to_owned()],
                    logins: vec![],
                },
            ],
        }
    }

    fn login(name: &str) -> Identity {
        Identity::Login(name.to_owned())
    }

    fn email(name: &str) -> Identity {
        Identity::Email(name.to_owned())
    }

    #[test]
    fn all_names_of_a_person_are_that_person() {
        for other in [email("ana@home.example"), email("ana@example.com"), login("ANA")] {
            assert_eq!(people().sameness(&login("ana"), &other), Sameness::Same, "{other}");
            assert_eq!(people().name(&other), "Ana Souza");
        }
    }

    #[test]
    fn the_mail_domain_makes_addresses_into_logins() {
        assert_eq!(people().sameness(&login("bob"), &email("Bob@Example.com")), Sameness::Same);
        assert_eq!(
            people().sameness(&login("bob"), &email("eve@example.com")),
            Sameness::Different
        );
        assert_eq!(
            people().sameness(&login("bob"), &email("ana@home.example")),
            Sameness::Different
        );
    }

    #[test]
    fn an_address_as_a_login_and_a_tagged_address_are_still_their_owner() {
        for other in [login("bob@EXAMPLE.COM"), email("bob+git@example.com")] {
            assert_eq!(people().sameness(&login("bob"), &other), Sameness::Same, "{other}");
        }
        assert_eq!(people().sameness(&login("ana@example.com"), &login("ana")), Sameness::Same);
        let elsewhere = login("bob@OTHER.REALM");
        assert_eq!(
            people().sameness(&elsewhere, &email("bob@example.com")),
            Sameness::Unknown { missing: elsewhere.clone() }
        );
    }

    #[test]
    fn a_name_that_nobody_is_known_by_could_be_anybody() {
        let stranger = email("bob@private.example");
        let unknown = Sameness::Unknown { missing: stranger.clone() };
        assert_eq!(people().sameness(&login("bob"), &stranger), unknown);
        assert_eq!(people().sameness(&login("ana"), &stranger), unknown);
        assert_eq!(people().sameness(&stranger, &stranger), Sameness::Same);
    }

    #[test]
    fn a_person_without_a_login_could_have_any_login() {
        let old = email("old@elsewhere.example");
        assert_eq!(
            people().sameness(&login("bob"), &old),
            Sameness::Unknown { missing: old.clone() }
        );
        assert_eq!(people().sameness(&login("ana"), &old), Sameness::Different);
    }

    #[test]
    fn without_a_mapping_no_address_is_anybody() {
        let nobody = People::default();
        assert_eq!(
            nobody.sameness(&login("bob"), &email("ana@example.com")),
            Sameness::Unknown { missing: email("ana@example.com") }
        );
    }
}
