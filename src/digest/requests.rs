//! The pull and merge requests of a push: what each is, who approved what, and what did not count.

use std::collections::BTreeSet;

use crate::model::review::Proven;
use crate::model::verdict::JudgedApproval;
use crate::model::{Outcome, RefVerdict, Source, Violation};
use crate::sentences::why_not;
use crate::text::{WIDTH, clean, fit, wrap};

/// One paragraph for each request that holds anything of the push, or should.
pub(super) fn requests(of_ref: &RefVerdict) -> String {
    let missed: BTreeSet<u64> = of_ref
        .checks
        .iter()
        .filter_map(|check| match check.outcome {
            Outcome::Broken(Violation::UnreviewedContent { number }) => Some(number),
            _ => None,
        })
        .collect();
    let is_told =
        |proven: &&Proven| proven.all().next().is_some() || missed.contains(&proven.request.number);
    of_ref.requests.iter().filter(is_told).map(|proven| paragraph(proven, of_ref)).collect()
}

fn paragraph(proven: &Proven, of_ref: &RefVerdict) -> String {
    let request = &proven.request;
    let title = format!("request {} {}", request.number, clean(&request.title));
    // The URL is left whole, to be clicked.
    let mut out = format!("  {}\n    {}\n", fit(&title, WIDTH - 2), clean(&request.url));
    let of_it = |judged: &&JudgedApproval| matches!(judged.approval.source, Source::Review { number, .. } if number == request.number);
    for judged in of_ref.approvals.iter().filter(of_it) {
        out.push_str(&wrap(&opinion(judged), "    ", "      "));
    }
    out
}

/// Who approved what, or why it does not count.
fn opinion(judged: &JudgedApproval) -> String {
    let by = fit(&judged.person, 40);
    let commit = match &judged.approval.source {
        Source::Review { commit: Some(commit), .. } => format!(" {}", commit.short()),
        _ => String::new(),
    };
    match why_not(judged) {
        None => format!("{by} approved{commit}"),
        Some(why) => format!("{by} approved{commit}, which does not count: {why}"),
    }
}
