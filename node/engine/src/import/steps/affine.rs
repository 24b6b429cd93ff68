//! A scale and a shift of each value, in 64-bit floats until they are folded.

/// `value × scale + shift`, where scale and shift may differ by channel.
pub(in crate::import) struct Affine {
    /// Of each channel, or one of all.
    channels: Vec<(f64, f64)>,
    /// Values of a channel that lie behind each other in a row: 1, or after a flatten the pixels of an image.
    pixels: usize,
}

impl Affine {
    /// Scale and shift of each channel, or one of all.
    pub fn new(channels: Vec<(f64, f64)>) -> Self {
        Self { channels, pixels: 1 }
    }

    /// The same over a row, to which an image with `pixels` a channel was flattened.
    pub fn flattened(self, pixels: usize) -> Self {
        Self { pixels, ..self }
    }

    /// This one, then `next` over the same values.
    pub fn then(&self, next: &Self) -> Self {
        // The finer of the two tells all values of a channel of the other apart.
        let Self { channels, pixels } = if self.channels.len() >= next.channels.len() { self } else { next };
        let compose = |index| {
            let ((scale, shift), (by, plus)) = (self.at(index), next.at(index));
            (scale * by, shift * by + plus)
        };
        Self { channels: (0..channels.len()).map(|channel| compose(channel * pixels)).collect(), pixels: *pixels }
    }

    /// Scale and shift of the value at `index`.
    pub fn at(&self, index: usize) -> (f64, f64) {
        match self.channels[..] {
            [all] => all,
            _ => self.channels[index / self.pixels],
        }
    }

    /// Whether all values are scaled and shifted alike.
    pub fn is_uniform(&self) -> bool {
        self.channels.len() == 1
    }

    /// Whether the greater of two values of a channel stays the greater.
    pub fn keeps_order(&self) -> bool {
        self.channels.iter().all(|(scale, _)| *scale >= 0.0)
    }

    /// Whether no value is shifted.
    pub fn only_scales(&self) -> bool {
        self.channels.iter().all(|(_, shift)| *shift == 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_an_image_scales_each_channel_and_then_each_value() {
        let channels = Affine::new(vec![(2.0, 0.0), (3.0, 1.0)]).flattened(2);
        let values = Affine::new(vec![(1.0, 0.5), (10.0, 0.0), (1.0, 0.0), (10.0, 0.0)]);
        let both = channels.then(&values);
        assert_eq!([0, 1, 2, 3].map(|index| both.at(index)), [(2.0, 0.5), (20.0, 0.0), (3.0, 1.0), (30.0, 10.0)]);
        let all = channels.then(&Affine::new(vec![(1.0, 1.0)]));
        assert_eq!([0, 1, 2, 3].map(|index| all.at(index)), [(2.0, 1.0), (2.0, 1.0), (3.0, 2.0), (3.0, 2.0)]);
    }
}
