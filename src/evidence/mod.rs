//! Stub until the evidence room is merged.
/// Stub.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Stub.
    pub seq: u64,
    /// Stub.
    pub sha256: String,
}
impl Receipt {
    /// Stub.
    pub fn short(&self) -> &str {
        self.sha256.get(..8).unwrap_or(&self.sha256)
    }
}
