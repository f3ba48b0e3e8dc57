//! English and clean text: whatever we did not write is made harmless, and cut to fit.

use jiff::Timestamp;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Columns of a digest line: git puts `remote: ` before each, and 72 + 8 = 80.
pub const WIDTH: usize = 72;

/// Makes foreign text one harmless line: control, bidi, zero-width and other
/// invisible characters become visible escapes such as `\u{1b}`.
///
/// Clients before git 2.55 pass every control byte to the terminal, and even
/// newer ones pass U+009B; so nothing of the kind may leave us.
pub fn clean(foreign: &str) -> String {
    let mut out = String::with_capacity(foreign.len());
    for c in foreign.chars() {
        match c {
            '\t' => out.push(' '),
            c if is_harmful(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// Cleans foreign text and cuts it to `columns`, marking a cut with `...`.
pub fn fit(foreign: &str, columns: usize) -> String {
    let clean = clean(foreign);
    if clean.width() <= columns {
        return clean;
    }
    let room = columns.saturating_sub(3);
    let mut out = String::new();
    let mut used = 0;
    for c in clean.chars() {
        let width = c.width().unwrap_or(0);
        if used + width > room {
            break;
        }
        used += width;
        out.push(c);
    }
    out.truncate(out.trim_end().len());
    out.push_str("...");
    out
}

/// One word of a command, as a shell takes it whatever is in it; harmful characters are made
/// visible, so that what is pasted is what is seen.
pub fn quoted(foreign: &str) -> String {
    let word = clean(foreign);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:@%+=,-".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word;
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Cleans foreign text, fits it to `columns` and fills up with blanks.
pub fn pad(foreign: &str, columns: usize) -> String {
    let mut out = fit(foreign, columns);
    let fill = columns.saturating_sub(out.width());
    out.extend(std::iter::repeat_n(' ', fill));
    out
}

/// Breaks a sentence into lines of at most [`WIDTH`] columns, the first begun
/// with `first` and the others with `rest`. What stands between backticks is one
/// word, and a word that is wider than a line stands alone on one, uncut: an id or
/// a command must survive copying.
pub fn wrap(sentence: &str, first: &str, rest: &str) -> String {
    wrap_to(WIDTH, sentence, first, rest)
}

/// The same for another width.
pub fn wrap_to(columns: usize, sentence: &str, first: &str, rest: &str) -> String {
    let mut out = String::from(first);
    let mut used = first.width();
    let mut fresh = true;
    for word in words(sentence) {
        let width = word.width();
        if !fresh && used + 1 + width > columns {
            out.push('\n');
            out.push_str(rest);
            used = rest.width();
            fresh = true;
        }
        if !fresh {
            out.push(' ');
            used += 1;
        }
        out.push_str(&word);
        used += width;
        fresh = false;
    }
    out.push('\n');
    out
}

fn words(sentence: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut quoted = false;
    for part in sentence.split_whitespace() {
        match words.last_mut() {
            Some(open) if quoted => {
                open.push(' ');
                open.push_str(part);
            }
            _ => words.push(part.to_owned()),
        }
        quoted ^= part.matches('`').count() % 2 == 1;
    }
    words
}

/// A time as people read it: minutes are near enough.
pub fn moment(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// `1 commit`, `2 commits`, `12,000 commits`.
pub fn count(n: usize, noun: &str) -> String {
    let noun = if n == 1 { noun.to_owned() } else { plural(noun) };
    format!("{} {noun}", thousands(n))
}

fn plural(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if ["s", "x", "ch", "sh"].iter().any(|end| noun.ends_with(end)) => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

/// `a`, `a or b`, `a, b or c`.
pub fn list_or<T: AsRef<str>>(items: &[T]) -> String {
    list(items, " or ")
}

/// `a`, `a and b`, `a, b and c`.
pub fn list_and<T: AsRef<str>>(items: &[T]) -> String {
    list(items, " and ")
}

fn list<T: AsRef<str>>(items: &[T], last: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [head @ .., tail] => {
            let head: Vec<&str> = head.iter().map(AsRef::as_ref).collect();
            format!("{}{last}{}", head.join(", "), tail.as_ref())
        }
    }
}

/// `12,000`.
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Controls (C0, DEL, C1), and what renders as nothing or turns the reading
/// direction: Unicode's `Cf`, line and paragraph separators, variation
/// selectors, fillers, tags (Unicode 16, chapter 23; UAX #9).
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
            | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attack_on_the_terminal_becomes_visible_text() {
        for (attack, harmless) in [
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("osc\u{1b}]52;c;eA==\u{7}", "osc\\u{1b}]52;c;eA==\\u{7}"),
            ("c1\u{9b}2J", "c1\\u{9b}2J"),
            ("two\nlines\r", "two\\u{a}lines\\u{d}"),
            ("nul\0", "nul\\u{0}"),
            ("bidi\u{202e}txet", "bidi\\u{202e}txet"),
            ("zero\u{200b}width", "zero\\u{200b}width"),
            ("tag\u{e0041}", "tag\\u{e0041}"),
            ("tab\tis a blank", "tab is a blank"),
            ("caf\u{e9} \u{65e5}\u{672c}", "caf\u{e9} \u{65e5}\u{672c}"),
        ] {
            assert_eq!(clean(attack), harmless);
        }
    }

    #[test]
    fn text_is_cut_by_columns_not_by_bytes() {
        assert_eq!(fit("short", 10), "short");
        assert_eq!(fit("exactly ten", 11), "exactly ten");
        assert_eq!(fit("one word too many", 11), "one word...");
        assert_eq!(fit("\u{65e5}\u{672c}\u{8a9e}\u{65e5}\u{672c}", 7), "\u{65e5}\u{672c}...");
    }

    #[test]
    fn sentences_wrap_under_their_keyword() {
        let text = wrap(&"word ".repeat(20), "hint: ", "hint:   ");
        assert!(text.lines().all(|line| line.width() <= WIDTH));
        assert_eq!(text.lines().count(), 2);
    }

    #[test]
    fn a_command_stays_on_one_line() {
        let text = wrap(&format!("{}run `git push now`, then", "word ".repeat(12)), "", "  ");
        assert!(text.contains("\n  `git push now`, then"), "{text}");
    }

    #[test]
    fn english_counts_and_lists() {
        assert_eq!(count(1, "commit"), "1 commit");
        assert_eq!(count(12_000, "commit"), "12,000 commits");
        assert_eq!(count(2, "push"), "2 pushes");
        assert_eq!(count(0, "repository"), "0 repositories");
        assert_eq!(count(2, "day"), "2 days");
        assert_eq!(list_or(&["a", "b", "c"]), "a, b or c");
        assert_eq!(list_and(&["a", "b"]), "a and b");
    }
}
