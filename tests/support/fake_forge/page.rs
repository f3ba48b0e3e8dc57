//! One page of a list, and the headers that lead to the others.

use serde_json::Value;

use super::asked::Call;

/// The names of the query's parameters, and how many there are on a page.
pub(super) struct Paging {
    pub(super) size: &'static str,
    pub(super) default: usize,
    pub(super) most: usize,
}

/// A cut of the list.
pub(super) struct Page {
    pub(super) items: Vec<Value>,
    pub(super) links: Option<String>,
    pub(super) number: usize,
    pub(super) size: usize,
    pub(super) total: usize,
    pub(super) last: usize,
}

impl Paging {
    /// The page that is asked for; too large a size is cut to the most, as every forge does.
    pub(super) fn cut(&self, call: &Call, url: &str, items: &[Value]) -> Page {
        let size = call.number(self.size).unwrap_or(self.default).clamp(1, self.most);
        let number = call.number("page").unwrap_or(1).max(1);
        let last = items.len().div_ceil(size).max(1);
        let link = |to: usize, name: &str| format!("<{}>; rel=\"{name}\"", at(call, url, to));
        let mut links = Vec::new();
        if number > 1 {
            links.push(link(number - 1, "prev"));
        }
        if number < last {
            links.push(link(number + 1, "next"));
            links.push(link(last, "last"));
        }
        if number > 1 {
            links.push(link(1, "first"));
        }
        Page {
            items: items.iter().skip((number - 1) * size).take(size).cloned().collect(),
            links: (!links.is_empty()).then(|| links.join(", ")),
            number,
            size,
            total: items.len(),
            last,
        }
    }
}

/// The same request for another page.
fn at(call: &Call, url: &str, page: usize) -> String {
    let path = call.asked.path.split('?').next().unwrap();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in call.query.iter().filter(|(name, _)| name != "page") {
        query.append_pair(name, value);
    }
    query.append_pair("page", &page.to_string());
    format!("{url}{path}?{}", query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::http::Asked;

    fn cut(path: &str) -> (Vec<Value>, Option<String>) {
        let asked = Asked {
            method: "GET".to_owned(),
            path: path.to_owned(),
            authorization: String::new(),
            headers: Vec::new(),
            body: String::new(),
            round: 1,
        };
        let call = Call::under("", &asked).unwrap();
        let items: Vec<Value> = (1..=5).map(Value::from).collect();
        let page =
            Paging { size: "per_page", default: 30, most: 100 }.cut(&call, "http://h", &items);
        (page.items, page.links)
    }

    #[test]
    fn pages_are_cut_and_linked() {
        let (items, links) = cut("/x?state=open&per_page=2&page=2");
        assert_eq!(items, [3, 4]);
        assert_eq!(
            links.unwrap(),
            "<http://h/x?state=open&per_page=2&page=1>; rel=\"prev\", \
             <http://h/x?state=open&per_page=2&page=3>; rel=\"next\", \
             <http://h/x?state=open&per_page=2&page=3>; rel=\"last\", \
             <http://h/x?state=open&per_page=2&page=1>; rel=\"first\""
        );
        assert_eq!(cut("/x"), (vec![1.into(), 2.into(), 3.into(), 4.into(), 5.into()], None));
        assert_eq!(cut("/x?per_page=2&page=9").0, Vec::<Value>::new());
        assert_eq!(cut("/x?per_page=5"), cut("/x?per_page=5&page=1"));
    }
}
