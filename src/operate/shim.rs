//! The two hooks as they are installed: scripts that call this binary.

use std::path::Path;

use anyhow::bail;

/// Which of git's hooks, the one that decides first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shim {
    /// Judges a push.
    PreReceive,
    /// Records what landed.
    PostReceive,
}

/// By these words a hook of ours is known.
const MARK: &str = "Written by `sockembot install`";

impl Shim {
    pub(super) const ALL: [Self; 2] = [Self::PreReceive, Self::PostReceive];

    /// What git calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::PreReceive => "pre-receive",
            Self::PostReceive => "post-receive",
        }
    }

    fn script(self) -> &'static str {
        match self {
            Self::PreReceive => include_str!("../../hooks/pre-receive"),
            Self::PostReceive => include_str!("../../hooks/post-receive"),
        }
    }

    /// The script with its three paths.
    pub(super) fn with(
        self,
        binary: &Path,
        config: &Path,
        kept: Option<&Path>,
    ) -> anyhow::Result<String> {
        let mut text = String::new();
        for line in self.script().lines() {
            let line = match line.split_once('=').map(|(name, _)| name) {
                Some("binary") => format!("binary={}", quoted(binary)?),
                Some("config") => format!("config={}", quoted(config)?),
                Some("kept") => format!("kept={}", kept.map_or(Ok("''".to_owned()), quoted)?),
                _ => line.to_owned(),
            };
            text.push_str(&line);
            text.push('\n');
        }
        Ok(text)
    }
}

/// Whether a script is one of ours.
pub(super) fn is_ours(script: &[u8]) -> bool {
    String::from_utf8_lossy(script).contains(MARK)
}

fn quoted(path: &Path) -> anyhow::Result<String> {
    let Some(text) = path.to_str() else { bail!("the path {} is not UTF-8", path.display()) };
    Ok(format!("'{}'", text.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_the_shell() {
        let path = Path::new("/it's a $(path)/sockembot");
        for shim in Shim::ALL {
            let text = shim.with(path, path, None).unwrap();
            assert!(text.contains(r"binary='/it'\''s a $(path)/sockembot'"), "{text}");
            assert!(text.contains("kept=''"));
            assert!(is_ours(text.as_bytes()));
        }
    }
}
