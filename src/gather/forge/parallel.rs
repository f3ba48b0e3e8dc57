//! Several questions at once: together they take as long as the slowest.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::gather::remote::Fault;

/// How many are asked at the same time: what one request of a forge needs, and not so
/// many that a small server would mind.
const LANES: usize = 12;

/// Asks all of them, and gives the answers in their order.
pub(in crate::gather) fn at_once<Q: Sync, A: Send>(
    questions: &[Q],
    ask: impl Fn(&Q) -> Result<A, Fault> + Sync,
) -> Vec<Result<A, Fault>> {
    let next = AtomicUsize::new(0);
    let lane = || {
        let mut answers = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            match questions.get(index) {
                Some(question) => answers.push((index, ask(question))),
                None => return answers,
            }
        }
    };
    // What a lane that panics had in hand stays unanswered.
    let mut all: Vec<_> = questions.iter().map(|_| Err(Fault::broken())).collect();
    std::thread::scope(|scope| {
        let lanes: Vec<_> = questions.iter().take(LANES).map(|_| scope.spawn(lane)).collect();
        let answers = lanes.into_iter().filter_map(|lane| lane.join().ok()).flatten();
        for (index, answer) in answers {
            if let Some(place) = all.get_mut(index) {
                *place = answer;
            }
        }
    });
    all
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn questions_are_asked_at_once_and_answered_in_order() {
        let all_there = Barrier::new(LANES);
        let questions: Vec<usize> = (0..2 * LANES).collect();
        let answers = at_once(&questions, |n| {
            all_there.wait();
            Ok(n * 2)
        });
        let expected: Vec<_> = questions.iter().map(|n| Ok(n * 2)).collect();
        assert_eq!(answers, expected);
        assert!(at_once(&[(); 0], |()| Ok(())).is_empty());
    }
}
