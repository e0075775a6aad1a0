//! From CPU times of many rounds to ratios.
//!
//! Other work of the machine only adds to a measurement and never takes away. So a case's cost is the lower
//! quartile of its rounds, which a busy moment does not move. How far a ratio can be relied on is found by drawing the
//! rounds again with replacement, many times, and looking where most of the ratios lie.

/// How often the rounds are drawn again.
const DRAWS: usize = 1_000;

/// The share of the draws whose ratios lie between `low` and `high`.
const MIDDLE: f64 = 0.9;

/// A ratio with its spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    /// The ratio itself.
    pub value: f64,
    /// Nine of ten draws are above this,
    pub low: f64,
    /// and below this, together.
    pub high: f64,
}

impl Ratio {
    /// `f` of the costs of these cases, which are drawn by round, so that a round's cases stay together.
    ///
    /// Each case must have the same number of rounds, at least one.
    pub fn of(cases: &[Vec<f64>], f: impl Fn(&[f64]) -> f64) -> Self {
        let rounds = cases.iter().map(Vec::len).min().unwrap_or_default();
        let all: Vec<usize> = (0..rounds).collect();
        let at = |drawn: &[usize]| {
            let costs: Vec<f64> = cases
                .iter()
                .map(|case| cost(drawn.iter().map(|&round| case[round]).collect()))
                .collect();
            f(&costs)
        };
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        let draws: Vec<f64> = (0..DRAWS)
            .map(|_| at(&all.iter().map(|_| dice.below(rounds)).collect::<Vec<_>>()))
            .collect();
        let tail = (1.0 - MIDDLE) / 2.0;
        Self {
            value: at(&all),
            low: quantile(draws.clone(), tail),
            high: quantile(draws, 1.0 - tail),
        }
    }
}

/// The cost of a case: the lower quartile of its rounds.
pub fn cost(rounds: Vec<f64>) -> f64 {
    quantile(rounds, 0.25)
}

/// The value below which a share of the values lies, between two of them where it falls there; 0 for none.
pub fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let Some(last) = values.len().checked_sub(1) else {
        return 0.0;
    };
    let place = share * last as f64;
    let (below, above) = (place.floor(), place.ceil());
    let [below_value, above_value] = [below, above].map(|place| values[place as usize]);
    below_value + (above_value - below_value) * (place - below)
}

/// Numbers that look random and are the same in every run, so that equal figures give equal spreads (xorshift64*).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        number as usize % limit.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_quantile_lies_between_values_then_it_is_interpolated() {
        let values = || vec![4.0, 1.0, 3.0, 2.0, 5.0];
        assert_eq!(quantile(values(), 0.0), 1.0);
        assert_eq!(cost(values()), 2.0);
        assert_eq!(quantile(vec![1.0, 2.0], 0.25), 1.25);
        assert_eq!(quantile(Vec::new(), 0.5), 0.0);
    }

    #[test]
    fn when_one_moment_is_busy_then_cost_and_ratio_do_not_move() {
        let steady = vec![100.0; 20];
        let mut ours = vec![120.0; 20];
        let mut peer = vec![150.0; 20];
        ours[3] = 900.0;
        peer[11] = 2_000.0;
        let added = |costs: &[f64]| (costs[0] - costs[2]) / (costs[1] - costs[2]);
        let ratio = Ratio::of(&[ours, peer, steady], added);
        assert_eq!((ratio.value, ratio.low, ratio.high), (0.4, 0.4, 0.4));
    }

    #[test]
    fn when_rounds_are_unsteady_then_the_spread_shows_it() {
        let ours = (0..20).map(|round| 120.0 + f64::from(round)).collect();
        let peer = vec![150.0; 20];
        let ratio = Ratio::of(&[ours, peer], |costs| costs[0] / costs[1]);
        assert!(
            ratio.low < ratio.value && ratio.value < ratio.high,
            "{ratio:?}"
        );
    }
}
