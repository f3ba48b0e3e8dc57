//! The evidence: whether it is whole, can be appended to, and is what it was.

use super::Findings;
use crate::evidence::{self, Index};
use crate::policy::Policy;
use crate::text::{count, list_and};

pub(super) fn look(policy: &Policy, findings: &mut Findings) {
    let shown = policy.evidence.display();
    let records = match evidence::state(&policy.evidence) {
        Ok(records) => count(records, "record"),
        Err(error) => {
            findings.lines.push(format!("evidence  {shown} can't be used"));
            findings.mend.push(format!("{error:#}"));
            return;
        }
    };
    let index = Index::beside(&policy.evidence);
    let (state, mend) = match index.check().and_then(|()| index.mended()) {
        Ok(differing) if differing.is_empty() => ("unbroken", None),
        Ok(differing) => {
            let what = format!(
                "the index beside the evidence did not say of {} what the records say, and was \
                 made anew; find out who else writes there",
                list_and(&differing)
            );
            ("unbroken", Some(what))
        }
        Err(error) => ("not what it was", Some(format!("{error:#}"))),
    };
    findings.lines.push(format!("evidence  {shown}: {records}, {state}"));
    findings.mend.extend(mend);
}
