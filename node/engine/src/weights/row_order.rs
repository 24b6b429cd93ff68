//! The order in which a file holds the rows of a tensor.

/// The order of a tensor's rows in its file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RowOrder {
    /// The order in which layers take them.
    #[default]
    AsStored,
    /// In each head, the rows that turn together side by side: row 2i and row 2i + 1 are those that layers take as i and
    /// i + half of the head.
    Neighbours {
        /// Rows of a head, which are even in number.
        head_size: usize,
    },
}

impl RowOrder {
    /// How many rows of the file must be at hand to hand them on in order.
    pub(super) fn window(self) -> usize {
        match self {
            Self::AsStored => 1,
            Self::Neighbours { head_size } => head_size,
        }
    }

    /// Which row of a window is handed on as row `index`.
    pub(super) fn source(self, index: usize) -> usize {
        match self {
            Self::AsStored => index,
            Self::Neighbours { head_size } => index % (head_size / 2) * 2 + index / (head_size / 2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_turn_together_are_parted() {
        let order = RowOrder::Neighbours { head_size: 6 };
        let sources: Vec<usize> = (0..order.window()).map(|index| order.source(index)).collect();
        // llama.cpp's converter writes row (p, i) of a head as (i, p).
        assert_eq!(sources, [0, 2, 4, 1, 3, 5]);
    }
}
