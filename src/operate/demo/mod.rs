//! The demo: a throw-away server with the hook, three people, and real pushes.

mod scenes;
mod world;

use std::io::{self, IsTerminal as _, Write};

use anyhow::{Context as _, bail};

use scenes::Scene;
use world::World;

/// Plays every scene on standard output. With `keep`, the directory stays.
///
/// # Errors
/// Where git is missing or fails, or a push ends otherwise than its scene says.
pub fn demo(keep: bool) -> anyhow::Result<()> {
    let stdout = io::stdout();
    let colour = stdout.is_terminal();
    let mut out = stdout.lock();
    let world = World::build(colour).context("building the demo's server")?;
    writeln!(
        out,
        "A bare repository with the hook installed, a file of tickets, and three people:\n\
         ana, bob and eve. `main` takes a commit when it names an open ticket in progress\n\
         and somebody else has approved it. What follows are real pushes.\n"
    )?;
    for (index, scene) in scenes::ALL.iter().enumerate() {
        play(&world, scene, index + 1, &mut out)
            .with_context(|| format!("playing the scene `{}`", scene.title))?;
    }
    curtain(&world, keep, &mut out)?;
    if keep {
        world.keep();
    }
    Ok(())
}

fn play(world: &World, scene: &Scene, number: usize, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "--- {number:2}. {}\n", scene.title)?;
    out.flush()?;
    let push = (scene.act)(world)?;
    writeln!(out, "{}$ git {}", push.who, push.command)?;
    writeln!(out, "{}", push.seen)?;
    if push.landing != scene.ends {
        bail!("this push should have been {:?}", scene.ends);
    }
    Ok(())
}

fn curtain(world: &World, keep: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "--- What is on main, and what is on record\n")?;
    writeln!(out, "{}", world.log()?)?;
    let records = world.records()?;
    writeln!(out, "{records} records of evidence, each chained to the one before.\n")?;
    if keep {
        let dir = world.directory().display();
        writeln!(
            out,
            "Go on in {dir}\n  \
             cd {dir}/ana && REMOTE_USER=ana git push origin main\n  \
             config.toml, tickets.toml and evidence.jsonl are there to read and to change.\n"
        )?;
    } else {
        writeln!(out, "Run it again with --keep to have the directory for exploring.\n")?;
    }
    writeln!(
        out,
        "Next: `sockembot init` prints the config, `sockembot install REPO` installs the\n\
         hook, and the README says the rest."
    )?;
    Ok(())
}
