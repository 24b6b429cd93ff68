//! What an operator watches.

use substrate_prometheus_endpoint::{
    exponential_buckets, register, Counter, CounterVec, Gauge, Histogram, HistogramOpts, Opts, PrometheusError,
    Registry, F64, U64,
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
    /// What the engine's process says of itself.
    pub engine: EngineMetrics,
    /// What the watch found.
    pub watch: WatchMetrics,
}

/// Metrics of the watch.
#[derive(Clone, Debug)]
pub struct WatchMetrics {
    /// Settled answers, by what came of checking them.
    pub answers: CounterVec<U64>,
}

/// Metrics of the engine's process. All but the restarts are as of its last status, some seconds ago at most.
#[derive(Clone, Debug)]
pub struct EngineMetrics {
    /// How often it ended and was started again.
    pub restarts: Counter<U64>,
    /// Bytes of it that are in memory.
    pub memory_bytes: Gauge<U64>,
    /// Bytes that its loaded packages need.
    pub package_bytes: Gauge<U64>,
    /// Calls whose package was loaded already.
    pub cache_hits: Counter<U64>,
    /// Calls whose package was not.
    pub cache_misses: Counter<U64>,
    /// Seconds spent in loading packages.
    pub load_seconds: Counter<F64>,
    /// Calls that wait for one of its threads.
    pub waiting: Gauge<U64>,
    /// Calls that ran together with others of their package.
    pub batched: Counter<U64>,
}

impl Metrics {
    /// Creates the metrics, and registers them if there is a registry.
    pub fn new(registry: Option<&Registry>) -> Result<Self, PrometheusError> {
        // From 0.1 ms to 7 minutes: from a perceptron to a long answer.
        let buckets = exponential_buckets(0.000_1, 4.0, 12)?;
        let seconds = HistogramOpts::new("votive_inference_seconds", "Time from the start of an order to its answer");
        let failures = Opts::new("votive_inference_failures_total", "Orders without an answer, by cause");
        let metrics = Self {
            queue_depth: Gauge::new("votive_inference_queue_depth", "Orders that the engine does not have yet")?,
            units: Counter::new("votive_inference_units_total", "Units of all answers")?,
            seconds: Histogram::with_opts(seconds.buckets(buckets))?,
            failures: CounterVec::new(failures, &["cause"])?,
            answers: Counter::new("votive_inference_answers_total", "Answers written to the mailbox")?,
            engine: EngineMetrics::new(registry)?,
            watch: WatchMetrics::new(registry)?,
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

impl EngineMetrics {
    fn new(registry: Option<&Registry>) -> Result<Self, PrometheusError> {
        let metrics = Self {
            restarts: Counter::new(
                "votive_inference_engine_restarts_total",
                "Times the engine's process ended and was replaced",
            )?,
            memory_bytes: Gauge::new("votive_inference_engine_memory_bytes", "Memory of the engine's process")?,
            package_bytes: Gauge::new("votive_inference_package_memory_bytes", "Memory that loaded packages need")?,
            cache_hits: Counter::new("votive_inference_cache_hits_total", "Calls whose package was loaded")?,
            cache_misses: Counter::new("votive_inference_cache_misses_total", "Calls whose package was not loaded")?,
            load_seconds: Counter::new(
                "votive_inference_package_load_seconds_total",
                "Time spent in loading packages",
            )?,
            waiting: Gauge::new("votive_inference_engine_waiting", "Calls that wait for a thread of the engine")?,
            batched: Counter::new("votive_inference_batched_calls_total", "Calls that ran together with others")?,
        };
        if let Some(registry) = registry {
            register(metrics.restarts.clone(), registry)?;
            register(metrics.memory_bytes.clone(), registry)?;
            register(metrics.package_bytes.clone(), registry)?;
            register(metrics.cache_hits.clone(), registry)?;
            register(metrics.cache_misses.clone(), registry)?;
            register(metrics.load_seconds.clone(), registry)?;
            register(metrics.waiting.clone(), registry)?;
            register(metrics.batched.clone(), registry)?;
        }
        Ok(metrics)
    }
}

impl WatchMetrics {
    fn new(registry: Option<&Registry>) -> Result<Self, PrometheusError> {
        let answers = Opts::new("votive_watch_answers_total", "Settled answers, by what came of computing them again");
        let metrics = Self { answers: CounterVec::new(answers, &["finding"])? };
        if let Some(registry) = registry {
            register(metrics.answers.clone(), registry)?;
        }
        Ok(metrics)
    }
}
