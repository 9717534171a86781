//! Chance that falls the same way each time, so that every demo looks alike.

/// A small deterministic generator (splitmix64).
#[derive(Debug)]
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `n`; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % (n.max(1) as u64)) as usize
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// One of them, by weight.
    pub fn weighted<'a, T>(
        &mut self,
        items: &'a [T],
        weight: impl Fn(&T) -> usize,
    ) -> Option<&'a T> {
        let mut left = self.below(items.iter().map(&weight).sum());
        items.iter().find(|item| {
            let w = weight(item);
            let here = left < w;
            left = left.saturating_sub(w);
            here
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_count_and_nothing_is_no_trouble() {
        let mut rng = Rng::new(1);
        let items = [("a", 9), ("b", 1), ("c", 0)];
        let mut picks = Vec::new();
        for _ in 0..1_000 {
            picks.push(rng.weighted(&items, |i| i.1).expect("one").0);
        }
        let a = picks.iter().filter(|p| **p == "a").count();
        assert!((850..950).contains(&a), "{a}");
        assert!(!picks.contains(&"c"));
        assert_eq!(rng.pick::<u8>(&[]), None);
    }
}
