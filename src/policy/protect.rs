//! The `[[protect]]` tables: what each governs, and what it asks of tickets and approvals.

use std::collections::BTreeSet;
use std::time::Duration;

use toml::Spanned;

use super::file::Mistake;
use super::value::Line;
use super::written::{ApprovalFile, ModeName, OutageName, SourceName, TableFile, TicketFile};
use super::{
    ApprovalRules, ApprovalSource, Forge, Numbering, Outage, Patterns, Table, TicketRules, Tracker,
};
use crate::model::ticket::{COUNTED, ISSUE, SHORT};
use crate::model::verdict::Mode;

const TRAILERS: [&str; 7] = ["Ticket", "Tickets", "Refs", "Fixes", "Closes", "Resolves", "Issue"];
pub(super) const SKEW: Duration = Duration::from_secs(300);
const WIDEST: Duration = Duration::from_secs(24 * 3600);

/// Reads the tables.
pub(super) fn tables(
    files: Spanned<Vec<TableFile>>,
    tracker: &Tracker,
    reviews: Option<&Forge>,
) -> Result<Vec<Table>, Mistake> {
    let span = files.span();
    let files = files.into_inner();
    if files.is_empty() {
        return Err((span, "no [[protect]] table: nothing would be judged".to_owned()));
    }
    let tables = files.into_iter().map(|file| table(file, tracker, reviews));
    let tables = tables.collect::<Result<Vec<_>, _>>()?;
    let takes = |table: &Table| table.approval.from.contains(&ApprovalSource::Reviews);
    if reviews.is_some() && !tables.iter().any(takes) {
        let what = "no [[protect]] table takes approvals from [reviews]: say so there, by \
                    `from = [\"reviews\"]` under [protect.approval]";
        return Err((span, what.to_owned()));
    }
    Ok(tables)
}

fn table(file: TableFile, tracker: &Tracker, reviews: Option<&Forge>) -> Result<Table, Mistake> {
    let repos = filled(file.repos, "a repository pattern, such as `*`")?;
    let refs = filled(file.refs, "a ref pattern, such as `refs/heads/main`")?;
    let texts = |patterns: Vec<String>| Patterns::parse(&patterns).map_err(|why| (0..0, why));
    Ok(Table {
        repos: texts(repos.into_iter().map(|pattern| pattern.0).collect())?,
        refs: texts(refs.into_iter().map(|pattern| pattern.0).collect())?,
        trusts: match file.trusts {
            Some(trusts) => Some(texts(trusts.into_iter().map(|pattern| pattern.0).collect())?),
            None => None,
        },
        mode: match file.mode {
            ModeName::Enforce => Mode::Enforce,
            ModeName::Monitor => Mode::Monitor,
        },
        outage: match file.outage {
            OutageName::Refuse => Outage::Refuse,
            OutageName::AcceptAndFollowUp => Outage::Accept,
        },
        automation: file.automation.into_iter().map(|login| login.0).collect(),
        ticket: ticket(file.ticket, tracker)?,
        approval: approval(file.approval, tracker, reviews)?,
    })
}

fn ticket(file: TicketFile, tracker: &Tracker) -> Result<TicketRules, Mistake> {
    if let Some(skew) = file.skew.as_ref().filter(|skew| skew.as_ref().0 > WIDEST) {
        return Err((skew.span(), "clocks differ by at most `24h`".to_owned()));
    }
    let span = file.projects.span();
    let projects = filled(file.projects, "a project, such as `PAY`")?;
    let projects: Vec<String> = projects.into_iter().map(|project| project.0).collect();
    let numbering = numbering(&projects, tracker).map_err(|why| (span, why))?;
    let lines = |lines: Vec<Line>| lines.into_iter().map(|line| line.0).collect();
    let types = match (file.types, tracker) {
        (Some(types), _) => lines(types),
        // There, one row of numbers counts issues and pull requests.
        (None, Tracker::Forge(_)) => vec![ISSUE.to_owned()],
        (None, _) => Vec::new(),
    };
    Ok(TicketRules {
        projects,
        numbering,
        states: lines(file.states),
        types,
        trailers: file.trailers.map_or_else(
            || TRAILERS.map(str::to_owned).to_vec(),
            |tokens| tokens.into_iter().map(|token| token.0).collect(),
        ),
        skew: file.skew.map_or(SKEW, |term| term.into_inner().0),
        query: file.jql.map(|line| line.into_inner().0),
    })
}

/// How the keys of a tracker count, and whether the projects are such as it has.
fn numbering(projects: &[String], tracker: &Tracker) -> Result<Numbering, String> {
    let is_repository = |project: &str| project.contains('/');
    match tracker {
        Tracker::Forge(_) => {
            let odd = |project: &&String| {
                !is_repository(project) && ![COUNTED, SHORT].contains(&project.as_str())
            };
            match projects.iter().find(odd) {
                Some(odd) => Err(format!(
                    "`{odd}` is no project of a forge: write `#` for the issues of the repository \
                     itself (`{SHORT}` for keys such as `{SHORT}-12`), or `group/project`"
                )),
                None => Ok(Numbering::Repository),
            }
        }
        _ => match projects.iter().find(|project| is_repository(project)) {
            Some(odd) => Err(format!("`{odd}` is a repository, and this tracker has none")),
            None => Ok(Numbering::Global),
        },
    }
}

fn approval(
    file: ApprovalFile,
    tracker: &Tracker,
    reviews: Option<&Forge>,
) -> Result<ApprovalRules, Mistake> {
    let required = file.required.map_or(1, |required| required.0);
    let checks = file.checks.filter(|checks| !checks.as_ref().is_empty());
    let of_reviews =
        |span| (span, "`checks` are those of a review: add \"reviews\" to `from`".to_owned());
    let Some(from) = file.from else {
        let from = [ApprovalSource::Refs].into();
        return match checks {
            Some(checks) => Err(of_reviews(checks.span())),
            None => Ok(ApprovalRules { required, from, checks: Vec::new() }),
        };
    };
    let span = from.span();
    let from = from.into_inner();
    if from.is_empty() && required > 0 {
        return Err((span, "approvals are required, but from nowhere".to_owned()));
    }
    let source = |name| match name {
        SourceName::Refs => ApprovalSource::Refs,
        SourceName::Reviews => ApprovalSource::Reviews,
        SourceName::Ticket => ApprovalSource::Ticket,
    };
    let from: BTreeSet<ApprovalSource> = from.into_iter().map(source).collect();
    if from.contains(&ApprovalSource::Reviews) && reviews.is_none() {
        let what = "approvals come from reviews, and there is no [reviews.github], \
                    [reviews.gitlab] or [reviews.gitea]";
        return Err((span, what.to_owned()));
    }
    if from.contains(&ApprovalSource::Ticket) && !tracker.has_approvals() {
        let what = "an issue of a forge holds no approval; take it from \"reviews\"";
        return Err((span, what.to_owned()));
    }
    match checks {
        Some(checks) if !from.contains(&ApprovalSource::Reviews) => Err(of_reviews(checks.span())),
        checks => {
            let checks = checks.map_or_else(Vec::new, Spanned::into_inner);
            let checks = checks.into_iter().map(|line| line.0).collect();
            Ok(ApprovalRules { required, from, checks })
        }
    }
}

fn filled<T>(list: Spanned<Vec<T>>, wanted: &str) -> Result<Vec<T>, Mistake> {
    let span = list.span();
    let items = list.into_inner();
    if items.is_empty() { Err((span, format!("expected at least {wanted}"))) } else { Ok(items) }
}
