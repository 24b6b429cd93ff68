//! What an operator watches.

use substrate_prometheus_endpoint::{
    exponential_buckets, register, Counter, CounterVec, Gauge, Histogram, HistogramOpts, Opts, PrometheusError,
    Registry, U64,
};

/// The service's metrics. They are counted even where no registry shows them.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// Orders that wait.
    pub queue_depth: Gauge<U64>,
    /// Units of all answers.
    pub units: Counter<U64>,
    /// Seconds from the start of an order to its answer.
    pub seconds: Histogram,
    /// Orders without an answer, by cause.
    pub failures: CounterVec<U64>,
    /// Answers written.
    pub answers: Counter<U64>,
}

impl Metrics {
    /// Creates the metrics, and registers them if there is a registry.
    pub fn new(registry: Option<&Registry>) -> Result<Self, PrometheusError> {
        // From 0.1 ms to 7 minutes: from a perceptron to a long answer.
        let buckets = exponential_buckets(0.000_1, 4.0, 12)?;
        let seconds = HistogramOpts::new("votive_inference_seconds", "Time from the start of an order to its answer");
        let failures = Opts::new("votive_inference_failures_total", "Orders without an answer, by cause");
        let metrics = Self {
            queue_depth: Gauge::new("votive_inference_queue_depth", "Orders that wait for a thread")?,
            units: Counter::new("votive_inference_units_total", "Units of all answers")?,
            seconds: Histogram::with_opts(seconds.buckets(buckets))?,
            failures: CounterVec::new(failures, &["cause"])?,
            answers: Counter::new("votive_inference_answers_total", "Answers written to the mailbox")?,
        };
        if let Some(registry) = registry {
            register(metrics.queue_depth.clone(), registry)?;
            register(metrics.units.clone(), registry)?;
            register(metrics.seconds.clone(), registry)?;
            register(metrics.failures.clone(), registry)?;
            register(metrics.answers.clone(), registry)?;
        }
        Ok(metrics)
    }
}
