//! The scenes: what somebody tries, and how it ends.

use super::world::{Landing, Push, World};

/// One push, introduced by one line.
pub(super) struct Scene {
    pub(super) title: &'static str,
    pub(super) ends: Landing,
    pub(super) act: fn(&World) -> anyhow::Result<Push>,
}

/// In the order in which they are played; each leaves the clones as it likes.
pub(super) const ALL: &[Scene] = &[
    refused("ana pushes a commit that names no ticket", no_ticket),
    refused("she names a ticket that does not exist", unknown_ticket),
    refused("she names a ticket that is closed", closed_ticket),
    refused("the ticket is in order, but nobody has approved", not_approved),
    refused("she approves her own commit, and pushes again", self_approved),
    refused("she tries to approve it in bob's name", forged),
    landed("bob reads the commit and approves it", bob_approves),
    landed("ana pushes again, and it lands", approved),
    refused("a commit is amended after bob approved it", amended),
    refused("eve launders a commit through a side branch", laundered),
    refused("eve forces main back to an older commit", forced),
    refused("bob's merge carries changes of its own", evil_merge),
    refused("the admin breaks the config: nothing passes unjudged", broken_config),
];

const fn refused(title: &'static str, act: fn(&World) -> anyhow::Result<Push>) -> Scene {
    Scene { title, ends: Landing::Refused, act }
}

const fn landed(title: &'static str, act: fn(&World) -> anyhow::Result<Push>) -> Scene {
    Scene { title, ends: Landing::Landed, act }
}

const MAIN: &[&str] = &["origin", "main"];

fn no_ticket(world: &World) -> anyhow::Result<Push> {
    world.commit("ana", "Round half up")?;
    world.push("ana", MAIN)
}

fn unknown_ticket(world: &World) -> anyhow::Result<Push> {
    world.renew("ana")?;
    world.commit("ana", "PAY-404: round half up")?;
    world.push("ana", MAIN)
}

fn closed_ticket(world: &World) -> anyhow::Result<Push> {
    world.renew("ana")?;
    world.commit("ana", "PAY-7: round half up")?;
    world.push("ana", MAIN)
}

fn not_approved(world: &World) -> anyhow::Result<Push> {
    world.renew("ana")?;
    world.commit("ana", "PAY-1: round half up")?;
    world.push("ana", MAIN)
}

fn self_approved(world: &World) -> anyhow::Result<Push> {
    let clone = world.path("ana");
    world.quiet("ana", &clone, &["push", "-q", "origin", "main:refs/approvals/main/ana"])?;
    world.push("ana", MAIN)
}

fn forged(world: &World) -> anyhow::Result<Push> {
    world.push("ana", &["origin", "main:refs/approvals/main/bob"])
}

fn bob_approves(world: &World) -> anyhow::Result<Push> {
    world.quiet("ana", &world.path("ana"), &["push", "-q", "origin", "main:review/pay-1"])?;
    world.quiet("bob", &world.path("bob"), &["fetch", "-q", "origin"])?;
    world.push("bob", &["origin", "+origin/review/pay-1:refs/approvals/main/bob"])
}

fn approved(world: &World) -> anyhow::Result<Push> {
    world.push("ana", MAIN)
}

fn amended(world: &World) -> anyhow::Result<Push> {
    world.commit("ana", "PAY-2: retry the gateway")?;
    approve(world, "ana", "bob", "review/pay-2")?;
    let clone = world.path("ana");
    std::fs::write(clone.join("PAY-2.txt"), "retry for ever\n")?;
    world.quiet("ana", &clone, &["commit", "-q", "-a", "--amend", "--no-edit"])?;
    world.push("ana", MAIN)
}

fn laundered(world: &World) -> anyhow::Result<Push> {
    world.renew("eve")?;
    world.commit("eve", "Quick fix")?;
    world.quiet("eve", &world.path("eve"), &["push", "-q", "origin", "main:side"])?;
    world.push("eve", MAIN)
}

fn forced(world: &World) -> anyhow::Result<Push> {
    world.renew("eve")?;
    world.push("eve", &["--force", "origin", "main~1:main"])
}

fn evil_merge(world: &World) -> anyhow::Result<Push> {
    let clone = world.path("bob");
    world.renew("bob")?;
    world.quiet("bob", &clone, &["checkout", "-q", "-b", "gateway"])?;
    world.commit("bob", "PAY-2: retry the card gateway")?;
    approve(world, "bob", "ana", "review/gateway")?;
    world.quiet("bob", &clone, &["checkout", "-q", "main"])?;
    world.quiet("bob", &clone, &["merge", "-q", "--no-ff", "--no-commit", "gateway"])?;
    std::fs::write(clone.join("surprise.txt"), "nobody has seen this\n")?;
    world.quiet("bob", &clone, &["add", "."])?;
    world.quiet("bob", &clone, &["commit", "-q", "-m", "Merge branch 'gateway'"])?;
    world.push("bob", MAIN)
}

fn broken_config(world: &World) -> anyhow::Result<Push> {
    world.write_config("\n[people.persn]\nname = \"Ana Souza\"\n")?;
    world.renew("ana")?;
    world.commit("ana", "PAY-1: round half even")?;
    let push = world.push("ana", MAIN)?;
    world.write_config("")?;
    Ok(push)
}

/// The author shows the commit on a side branch; the reviewer approves it there.
fn approve(world: &World, author: &str, reviewer: &str, side: &str) -> anyhow::Result<()> {
    let to_side = format!("HEAD:refs/heads/{side}");
    world.quiet(author, &world.path(author), &["push", "-q", "origin", &to_side])?;
    let clone = world.path(reviewer);
    world.quiet(reviewer, &clone, &["fetch", "-q", "origin"])?;
    let approval = format!("+origin/{side}:refs/approvals/main/{reviewer}");
    world.quiet(reviewer, &clone, &["push", "-q", "origin", &approval])?;
    Ok(())
}
