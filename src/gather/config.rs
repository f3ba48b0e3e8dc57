//! The config file: read from the server's disk, never from anything that is pushed.

use std::fs::OpenOptions;
use std::io::Read as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::policy::{Host, Policy};

/// Bytes; a config with a thousand people has a tenth of it.
const LIMIT: u64 = 1024 * 1024;

/// Reads the policy.
///
/// # Errors
/// Where the file can't be read, anybody may write to it, or there is a mistake in it.
pub fn load(path: &Path) -> anyhow::Result<Policy> {
    let shown = path.display();
    // A pipe would keep us waiting for whoever opens its other end.
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path);
    let file = file.with_context(|| {
        format!("opening {shown}; `sockembot init` prints a config to start from")
    })?;
    let metadata = file.metadata().with_context(|| format!("reading {shown}"))?;
    if !metadata.is_file() {
        bail!("{shown} is no file");
    }
    if metadata.permissions().mode() & 0o002 != 0 {
        bail!("anybody can write to {shown}; run `chmod o-w {shown}`");
    }
    let mut text = String::new();
    let read = file.take(LIMIT + 1).read_to_string(&mut text);
    read.with_context(|| format!("reading {shown}"))?;
    if text.len() as u64 > LIMIT {
        bail!("{shown} has more than 1 MiB");
    }
    let mut policy = Policy::parse(path, &text)?;
    if let Host::Plain { root: Some(root), .. } = &mut policy.host
        && let Ok(real) = root.canonicalize()
    {
        // Repositories are known by their real paths. A root that is not here
        // contains none, which the hook then says.
        *root = real;
    }
    Ok(policy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::TEMPLATE;

    fn written(mode: u32, text: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        (dir, path)
    }

    #[test]
    fn the_template_loads() {
        let (_dir, path) = written(0o644, TEMPLATE.as_bytes());
        assert_eq!(load(&path).unwrap().text, TEMPLATE);
    }

    #[test]
    fn a_config_that_anybody_may_write_decides_nothing() {
        let (_dir, path) = written(0o666, TEMPLATE.as_bytes());
        assert!(load(&path).unwrap_err().to_string().contains("chmod o-w"));
    }

    #[test]
    fn what_is_no_config_is_named() {
        let dir = tempfile::tempdir().unwrap();
        assert!(load(dir.path()).unwrap_err().to_string().contains("is no file"));
        let missing = load(&dir.path().join("x")).unwrap_err();
        assert!(missing.to_string().contains("sockembot init"));
        let (_dir, path) = written(0o644, b"\xff\xfe");
        assert!(load(&path).is_err());
        let (_dir, path) = written(0o644, &vec![b'#'; 2_000_000]);
        assert!(load(&path).unwrap_err().to_string().contains("1 MiB"));
    }
}
