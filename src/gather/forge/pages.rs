//! Lists of a forge, which come in pages.

use serde_json::Value;
use url::form_urlencoded;

use super::at_once;
use crate::gather::remote::{Answer, Fault, Http, Request};

/// Pages of one list that are read: Gitea has fifty items on each, the others a hundred.
const PAGES: usize = 20;

/// All items of a list, which has to be there.
pub(in crate::gather) fn all_pages(http: &Http, first: Request) -> Result<Vec<Value>, Fault> {
    let path = first.path.split('?').next().unwrap_or("").to_owned();
    let items = pages_if_there(http, first)?;
    items.ok_or_else(|| Fault::NoEndpoint { host: http.host().to_owned(), path })
}

/// All items of a list that need not be there: the first page, then the others, at once
/// where the server says how many there are.
pub(in crate::gather) fn pages_if_there(
    http: &Http,
    first: Request,
) -> Result<Option<Vec<Value>>, Fault> {
    let answer = http.send(&first)?;
    if answer.status == 404 {
        return Ok(None);
    }
    let (mut next, last) = (answer.next.clone(), answer.last.clone());
    let mut items = page(http, answer, &first)?;
    if let (Some(_), Some(last)) = (&next, last)
        && let Some(others) = others(&last)
    {
        if others.len() >= PAGES {
            return Err(Fault::TooLong(http.host().to_owned()));
        }
        let pages = at_once(&others, |request| page(http, http.send(request)?, request));
        for more in pages {
            items.extend(more?);
        }
        return Ok(Some(items));
    }
    let mut pages = 1;
    while let Some(path) = next {
        if pages == PAGES {
            return Err(Fault::TooLong(http.host().to_owned()));
        }
        let request = Request::get(path);
        let answer = http.send(&request)?;
        next = answer.next.clone();
        items.extend(page(http, answer, &request)?);
        pages += 1;
    }
    Ok(Some(items))
}

fn page(http: &Http, answer: Answer, request: &Request) -> Result<Vec<Value>, Fault> {
    match http.success(answer, request)? {
        Value::Array(items) => Ok(items),
        _ => Err(Fault::shape(http.host(), "no list")),
    }
}

/// The pages from the second to the last, where that one has a number.
fn others(last: &str) -> Option<Vec<Request>> {
    let (path, query) = last.split_once('?')?;
    let mut count = None;
    let mut rest = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name == "page" {
            count = Some(value.parse::<usize>().ok()?);
        } else {
            rest.append_pair(&name, &value);
        }
    }
    let rest = rest.finish();
    let others = (2..=count?).take(PAGES);
    Some(others.map(|page| Request::get(format!("{path}?{rest}&page={page}"))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_pages_are_known_by_the_last() {
        let paths = |last: &str| {
            others(last).map(|all| all.into_iter().map(|request| request.path).collect::<Vec<_>>())
        };
        let two = paths("/pulls?per_page=100&iids%5B%5D=1&page=3").unwrap();
        assert_eq!(
            two,
            ["/pulls?per_page=100&iids%5B%5D=1&page=2", "/pulls?per_page=100&iids%5B%5D=1&page=3"]
        );
        assert_eq!(paths("/pulls?per_page=100"), None);
        assert_eq!(paths("/pulls?page=x"), None);
        assert_eq!(paths("/pulls?page=18446744073709551615").unwrap().len(), PAGES);
    }
}
