//! The one rule for an approval by workflow, whichever tracker shows the steps.

/// The last step from outside into an approved state, if it was not left again.
/// Each step comes with whether it leads into such a state; oldest first.
pub(super) fn entered<T>(steps: impl IntoIterator<Item = (T, bool)>) -> Option<T> {
    let (mut inside, mut last) = (false, None);
    for (step, enters) in steps {
        if enters && !inside {
            last = Some(step);
        }
        inside = enters;
    }
    last.filter(|_| inside)
}
