//! Which clauses of which frameworks the evidence speaks to. In our words, and always the same.

use maud::{Markup, html};

use super::parts::table;

const CLAUSES: &[[&str; 4]] = &[
    [
        "SOC 2",
        "CC8.1",
        "Changes are authorised, documented, tested, approved and put in place in a managed way; \
         also in emergencies.",
        "All of it: tickets, approvals, classes, refusals; test results are elsewhere.",
    ],
    [
        "SOC 2",
        "CC6.1, CC6.3",
        "Access is limited, and duties are separated.",
        "Who pushed; approvers who neither wrote nor pushed; who may declare an emergency.",
    ],
    [
        "SOC 2",
        "CC6.8, CC7.1",
        "Changes that nobody authorised are prevented or found.",
        "Refusals; commits without a record; policy changes.",
    ],
    [
        "SOC 2",
        "CC2.1, CC4.1, CC7.2",
        "Controls are fed with good information, watched and evaluated.",
        "The chain; failures; reviews that are due.",
    ],
    [
        "ISO 27001:2022",
        "A.8.32, A.5.3, A.8.4, A.8.15",
        "Changes follow a procedure; duties are separated; access to source code and logs are kept in \
         hand.",
        "Tickets, approvals, class, all records.",
    ],
    [
        "PCI DSS 4.0.1",
        "6.5.1",
        "Each change has a reason, an impact, an approval, tests and a way back.",
        "Ticket and approvals; impact and the way back stand in the ticket.",
    ],
    [
        "PCI DSS 4.0.1",
        "6.2.3.1, 6.5.4",
        "Who reviews is not who wrote, and only what was approved is released.",
        "Approvals that counted, and why others did not.",
    ],
    [
        "PCI DSS 4.0.1",
        "10.5.1",
        "Audit logs are kept for twelve months.",
        "The evidence file is never rotated.",
    ],
    [
        "SOX, IT general controls",
        "Change management",
        "Changes are authorised, tested and approved; nobody moves their own; the population is \
         complete.",
        "As for CC8.1; section 4 for the population.",
    ],
    [
        "NIST SP 800-53 r5",
        "CM-3, CM-3(1)",
        "Changes are decided, documented and kept; none before it is approved.",
        "Decision, rules, refusals.",
    ],
    [
        "NIST SP 800-53 r5",
        "CM-5, CM-5(1)",
        "Who may change is enforced by the system, which records what it enforced.",
        "Records of what was let in and of what was refused.",
    ],
    [
        "NIST SP 800-53 r5",
        "AU-5, AU-9, AU-10, AU-11",
        "Failing to log is acted on; logs are protected, kept, and can't be disowned.",
        "No record, no push; the chain; authenticated pushers.",
    ],
    [
        "FedRAMP Moderate r5",
        "CM-3, CM-5, AU-5, AU-9, AU-11, AU-12",
        "As in NIST SP 800-53.",
        "As there.",
    ],
];

/// The table.
pub(super) fn frameworks() -> Markup {
    html! {
        p {
            "An auditor tests the control that a company has set itself, not a list of clauses. "
            "This table only says where to look. The clauses are in our words."
        }
        (table(
            "Clauses, and what of this package speaks to them",
            ["Framework", "Clause", "What it asks", "Evidence"],
            CLAUSES.iter().map(|row| row.map(|cell| html! { (cell) }))))
    }
}
