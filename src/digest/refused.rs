//! A push that does not land: what is broken, on which commits, and what to type.

use std::collections::BTreeMap;

use super::hints;
use super::requests::requests;
use super::{Frame, Occasion, clip, starts};
use crate::model::verdict::{Asked, Class, Mode};
use crate::model::{
    Check, Commit, Decision, NotVouched, ObjectId, Outcome, RefVerdict, Role, Rule, Subject,
    Unexplained, Verdict, Violation,
};
use crate::policy::Clip;
use crate::sentences::{self, Scene};
use crate::text::{WIDTH, clean, count, fit, list_and, wrap};

/// How many commits stand under one fault before the rest is counted.
const SHOWN: usize = 5;

/// The whole refusal, without the closing lines.
pub(super) fn refused(verdict: &Verdict, frame: &Frame<'_>, clip: Clip) -> String {
    let (headline, sum) = (headline(verdict, frame.occasion), sum(verdict, frame.occasion));
    let mut out = match clip {
        Clip::Shown => clip::beside(&headline, &sum),
        Clip::Hidden => format!("{}{}", wrap(&headline, "", ""), wrap(&sum, "", "")),
    };
    out.push('\n');
    out.push_str(&starts::paragraph(&verdict.repository, frame));
    for violation in &verdict.faults {
        let scene = Scene::whole_push(frame.policy);
        out.push_str(&paragraph("error", violation.rule(), &fault(violation, &scene), &[]));
    }
    out.push_str(&findings(verdict, frame));
    let requests: String = verdict.refs.iter().map(requests).collect();
    if !requests.is_empty() {
        out.push_str(&format!("{requests}\n"));
    }
    out
}

/// The findings of every ref: errors where they are enforced, else warnings.
pub(super) fn findings(verdict: &Verdict, frame: &Frame<'_>) -> String {
    let mut out = String::new();
    for of_ref in &verdict.refs {
        let scene = Scene::of(verdict, of_ref, frame.policy);
        let keyword = match (of_ref.mode, of_ref.class) {
            (Mode::Monitor, _) | (_, Class::Unverified) => "warning",
            (Mode::Enforce, Class::Standard | Class::Automated | Class::Emergency) => "error",
        };
        let commits = of_ref.update.role.commits();
        out.push_str(&lapse(verdict, of_ref, &scene));
        out.push_str(&unexplained(verdict, of_ref, &scene));
        out.push_str(&elsewhere(of_ref));
        for (rule, group) in groups(of_ref, &scene) {
            out.push_str(&paragraph(keyword, rule, &group, commits));
        }
    }
    out
}

/// One fault: what is wrong, on which commits, what to do.
struct Group {
    what: String,
    commits: Vec<ObjectId>,
    hints: Vec<String>,
}

fn fault(violation: &Violation, scene: &Scene<'_>) -> Group {
    Group {
        what: sentences::what(violation, scene),
        commits: Vec::new(),
        hints: hints::hints(violation, scene),
    }
}

/// Fifty commits with one fault are one fault; commits in the order of the push.
fn groups(of_ref: &RefVerdict, scene: &Scene<'_>) -> Vec<(Rule, Group)> {
    let mut order: Vec<(Rule, Group)> = Vec::new();
    let mut places: BTreeMap<(Rule, String, bool), usize> = BTreeMap::new();
    for check in &of_ref.checks {
        let scene = scene.on(&check.on);
        let Some(mut group) = finding(check, &scene) else { continue };
        let fault = (check.rule, group.what.clone(), scene.lapsed().is_some());
        let place = *places.entry(fault).or_insert(order.len());
        let commit = match &check.on {
            Subject::Ref => None,
            Subject::Commit(id) => Some(id.clone()),
        };
        match order.get_mut(place) {
            Some((_, known)) => known.commits.extend(commit),
            None => {
                group.commits.extend(commit);
                order.push((check.rule, group));
            }
        }
    }
    order.sort_by_key(|(rule, _)| *rule);
    order
}

fn finding(check: &Check, scene: &Scene<'_>) -> Option<Group> {
    match &check.outcome {
        Outcome::Met(_) | Outcome::Waived(_) => None,
        Outcome::Broken(violation) => Some(fault(violation, scene)),
        // Said once, for the ticket itself.
        Outcome::Unknown { .. }
            if ![Rule::TrackerUnavailable, Rule::ReviewsUnavailable].contains(&check.rule) =>
        {
            None
        }
        Outcome::Unknown { asked, why } => Some(Group {
            what: format!("{} could not be looked up, because {}", thing(asked), fit(why, 300)),
            commits: Vec::new(),
            hints: vec![
                "the commits may be fine; push again in a few minutes".to_owned(),
                format!("if it stays like this, tell {}", scene.contact()),
            ],
        }),
    }
}

fn thing(asked: &Asked) -> String {
    match asked {
        Asked::Ticket(key) => key.to_string(),
        Asked::Reviews => "the reviews".to_owned(),
    }
}

fn paragraph(keyword: &str, rule: Rule, group: &Group, commits: &[Commit]) -> String {
    let mut out = wrap(&group.what, &format!("{keyword}[{rule}]: "), "  ");
    for id in group.commits.iter().take(SHOWN) {
        let subject = commits.iter().find(|commit| commit.id == *id).map_or("", Commit::subject);
        out.push_str(&format!("  {} {}\n", id.short(), fit(subject, WIDTH - 11)));
    }
    if let Some(more @ 1..) = group.commits.len().checked_sub(SHOWN) {
        out.push_str(&format!("  ... and {more} more\n"));
    }
    for hint in &group.hints {
        out.push_str(&wrap(hint, "hint: ", "hint:   "));
    }
    out.push('\n');
    out
}

fn lapse(verdict: &Verdict, of_ref: &RefVerdict, scene: &Scene<'_>) -> String {
    let Role::Branch { lapse: Some(lapse), .. } = &of_ref.update.role else {
        return String::new();
    };
    let name = clean(of_ref.update.line.name.short());
    let found = lapse.found.short();
    let what = match &lapse.recorded {
        Some(recorded) => format!(
            "{name} was moved around this hook: the last record left it at {}, it was found at \
             {found}; the commits in between are judged too",
            recorded.short()
        ),
        None => format!(
            "{name} was made around this hook: no record is about it, it was found at {found}; what \
             it holds is judged too"
        ),
    };
    let target = of_ref.update.target.as_str();
    let command = hints::baseline_command(&verdict.repository, target, lapse.found.as_str());
    let hint = format!("{} can accept them on record: {command}", scene.contact());
    format!("{}{}\n", wrap(&what, "warning[lapse]: ", "  "), wrap(&hint, "hint: ", "hint:   "))
}

/// Other refs that were moved around the hook: nothing that they hold counts as judged.
fn unexplained(verdict: &Verdict, of_ref: &RefVerdict, scene: &Scene<'_>) -> String {
    let Some(incoming) = of_ref.update.role.incoming() else { return String::new() };
    let paragraph = |other: &Unexplained| {
        let left = match &other.recorded {
            Some(recorded) => format!("the last record left it at {}", recorded.short()),
            None => "no record is about it".to_owned(),
        };
        let what = format!(
            "{} was moved around this hook: {left}, it was found at {}; it vouches for nothing there",
            fit(other.name.without_namespace().short(), 60),
            other.found.short()
        );
        let (name, found) = (other.name.as_str(), other.found.as_str());
        let command = hints::baseline_command(&verdict.repository, name, found);
        let hint = format!("{} can accept it on record: {command}", scene.contact());
        format!("{}{}\n", wrap(&what, "warning[lapse]: ", "  "), wrap(&hint, "hint: ", "hint:   "))
    };
    incoming.unexplained.iter().take(SHOWN).map(paragraph).collect()
}

/// Whoever had it approved for another branch should know why that does not count here.
fn elsewhere(of_ref: &RefVerdict) -> String {
    let of_it = of_ref.update.role.incoming();
    let Some(elsewhere) = of_it.and_then(|incoming| incoming.elsewhere.as_ref()) else {
        return String::new();
    };
    let name = fit(of_ref.update.line.name.short(), 40);
    let other = fit(elsewhere.name.short(), 40);
    let why = match elsewhere.why {
        NotVouched::Untrusted => format!("{name} does not trust {other}, so it is judged again"),
        NotVouched::Open => {
            "there it is not settled, so it is judged again until somebody has reviewed it"
                .to_owned()
        }
    };
    let what = format!("{other} has some of this already; {why}");
    format!("{}\n", wrap(&what, "", "  "))
}

fn headline(verdict: &Verdict, occasion: Occasion) -> String {
    let mut names: Vec<String> = verdict
        .refs
        .iter()
        .filter(|of_ref| of_ref.decision() != Decision::Accept)
        .map(|of_ref| fit(of_ref.update.line.name.short(), 30))
        .collect();
    if names.len() > 3 {
        names = vec![count(names.len(), "ref")];
    }
    let to = if names.is_empty() { String::new() } else { format!(" to {}", list_and(&names)) };
    match (verdict.decision(), occasion) {
        (Decision::Undecided, _) => format!("This push{to} could not be checked."),
        (_, Occasion::Push) => format!("This push{to} was refused."),
        (_, Occasion::ByHand) => format!("A push{to} would be refused."),
    }
}

/// How many commits need a fix, and how many could not be checked; then what became of them.
fn sum(verdict: &Verdict, occasion: Occasion) -> String {
    let (mut all, mut broken, mut unknown) = (0, 0, 0);
    for of_ref in verdict.refs.iter().filter(|of_ref| of_ref.mode == Mode::Enforce) {
        let mut worst: BTreeMap<&Subject, Decision> = BTreeMap::new();
        for check in &of_ref.checks {
            let found = match check.outcome {
                Outcome::Met(_) | Outcome::Waived(_) => continue,
                Outcome::Unknown { .. } => Decision::Undecided,
                Outcome::Broken(_) => Decision::Refuse,
            };
            let entry = worst.entry(&check.on).or_insert(found);
            *entry = (*entry).max(found);
        }
        worst.remove(&Subject::Ref);
        all += of_ref.update.role.commits().len();
        broken += worst.values().filter(|found| **found == Decision::Refuse).count();
        unknown += worst.values().filter(|found| **found == Decision::Undecided).count();
    }
    let needs = if broken == 1 { "needs" } else { "need" };
    let of_all = count(all, "commit");
    let end = match occasion {
        Occasion::Push => "Nothing landed.",
        Occasion::ByHand => "Nothing was pushed.",
    };
    match (broken, unknown) {
        (0, 0) => end.to_owned(),
        (_, 0) => format!("{broken} of {of_all} {needs} a fix. {end}"),
        (0, _) => format!("{unknown} of {of_all} unchecked. {end}"),
        _ => format!("{broken} of {of_all} {needs} a fix, {unknown} unchecked."),
    }
}
