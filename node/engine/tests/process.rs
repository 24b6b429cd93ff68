//! The engine as a process of its own: what kills it, what ends its calls, and what strangers send it.

mod fixture;

use fixture::*;
use rustix::process::{kill_process, test_kill_process, Pid, Signal};
use serde_json::{json, Value};
use std::fs::Permissions;
use std::io::{Read, Write};
use std::num::NonZeroU32;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{mpsc, Mutex};
use std::thread;
use std::time::Duration;
use votive_digest::{AnswerCode, Hash, Parameters};
use votive_engine::remote::{Connection, Event, Launch, RemoteEngine, RemoteError};
use votive_engine::serve::{Call, Query, Reply, Status, MAX_BATCH, PROTOCOL};
use votive_engine::{EngineLimits, Package};

const BINARY: &str = env!("CARGO_BIN_EXE_votive-engine");
const HOUR_MS: u64 = 3_600_000;

/// Layers of the slow model: enough that a call is met in its middle, and that a test without optimisation ends.
const SLOW_LAYERS: usize = if cfg!(debug_assertions) { 8 } else { 120 };

/// A store, and a private folder for the socket.
struct Place {
    store: Store,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let private = tempfile::Builder::new().permissions(Permissions::from_mode(0o700)).tempdir();
        Self { store: Store::new(), folder: private.expect("a folder") }
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("engine")
    }

    fn launch(&self) -> Launch {
        Launch {
            program: BINARY.into(),
            command: "serve".into(),
            socket: self.socket(),
            store: self.store.folder.path().into(),
            threads: NonZeroU32::new(2).expect("2 is not 0; qed"),
            limits: EngineLimits::default(),
            process_memory_bytes: None,
        }
    }

    fn start(&self) -> (RemoteEngine, mpsc::Receiver<Event>) {
        start(self.launch())
    }

    /// Adds a package whose golden vector is an input of a wrong length, so that checking it takes no time.
    fn add(&self, name: &str, manifest: &Value, weights: &[u8]) -> Hash {
        let folder = self.store.add(name, manifest, weights);
        let package = Package::load(&folder, None, &EngineLimits::default()).expect("it loads");
        let completion = package.run(&[0], &Parameters::default()).expect("it runs");
        assert_eq!(completion.code, AnswerCode::InputMismatch);
        let digest = format!("0x{}", votive_engine::hex_hash(&completion.golden_digest()));
        let golden = json!({ "vectors": [{ "input": "00", "digest": digest }] });
        write(&folder, "golden.json", golden.to_string().as_bytes());
        root(&folder)
    }

    fn small(&self) -> Hash {
        self.add("small", &mlp_manifest(), &mlp_weights())
    }

    /// A cnn of many layers over 64 × 64 values.
    fn slow(&self) -> Hash {
        let layer = |index: usize| {
            let weight = format!("conv{index}.weight");
            [json!({ "type": "conv2d", "weight": weight, "stride": 1, "padding": 1 }), json!({ "type": "tanh" })]
        };
        let channels = |index| if index == 0 { 1 } else { 16 };
        let mut layers: Vec<Value> = (0..SLOW_LAYERS).flat_map(layer).collect();
        let mut tensors: Vec<Raw> = (0..SLOW_LAYERS)
            .map(|index| seeded(format!("conv{index}.weight"), &[16, channels(index), 3, 3], index as u32))
            .collect();
        layers.extend([
            json!({ "type": "max_pool2d", "kernel": 64, "stride": 64 }),
            json!({ "type": "flatten" }),
            json!({ "type": "linear", "weight": "out.weight" }),
        ]);
        tensors.push(seeded("out.weight", &[1, 16], 1));
        self.add("slow", &roomy("cnn", 1, layers), &safetensors(&tensors))
    }

    /// A cnn that is small on disk, and holds 64 MiB while it runs.
    fn wide(&self) -> Hash {
        let layers = vec![
            json!({ "type": "conv2d", "weight": "conv.weight", "stride": 1, "padding": 0 }),
            json!({ "type": "max_pool2d", "kernel": 64, "stride": 64 }),
            json!({ "type": "flatten" }),
            json!({ "type": "linear", "weight": "out.weight" }),
        ];
        let tensors = [seeded("conv.weight", &[4096, 1, 1, 1], 1), seeded("out.weight", &[1, 4096], 2)];
        self.add("wide", &roomy("cnn", 1, layers), &safetensors(&tensors))
    }
}

fn roomy(architecture: &str, outputs: usize, layers: Vec<Value>) -> Value {
    let input = json!({ "dtype": "u8", "shape": [1, 64, 64], "scale": 0.0078125 });
    let mut manifest = manifest(architecture, input, outputs, Value::Array(layers));
    manifest["limits"]["memory_bytes"] = json!(512 << 20);
    manifest
}

fn start(launch: Launch) -> (RemoteEngine, mpsc::Receiver<Event>) {
    let (sender, events) = mpsc::channel();
    let sender = Mutex::new(sender);
    let listener = move |event| drop(sender.lock().expect("no panic").send(event));
    (RemoteEngine::start(launch, listener).expect("it starts"), events)
}

fn call(root: Hash, input: &[u8]) -> Call {
    Call { root, input: input.into(), parameters: Parameters::default(), time_limit_ms: HOUR_MS }
}

fn pid(events: &mpsc::Receiver<Event>) -> Pid {
    let started = |event| match event {
        Event::Started { pid } => Pid::from_raw(pid as i32),
        _ => None,
    };
    events.iter().find_map(started).expect("it started")
}

fn status(socket: &Path) -> Status {
    let mut connection = Connection::open(socket).expect("it listens");
    match connection.ask(Query::Status, Duration::from_secs(60)) {
        Ok(Reply::Status(status)) => status,
        other => panic!("{other:?}"),
    }
}

/// Calls, does `act` while the call runs, and returns the call's end. A call that ends before it is met is made again.
fn in_the_middle<T: Send>(socket: &Path, call: impl Fn() -> T + Sync, act: impl Fn()) -> T {
    loop {
        let end = thread::scope(|scope| {
            let running = scope.spawn(&call);
            while status(socket).running == 0 {
                if running.is_finished() {
                    return None;
                }
            }
            act();
            Some(running.join().expect("no panic"))
        });
        if let Some(end) = end {
            return end;
        }
    }
}

#[test]
fn a_call_is_answered_as_it_is_in_this_process() {
    let place = Place::new();
    let root = place.small();
    let (engine, _events) = place.start();
    let call = call(root, &[1, 2, 3, 4]);
    let here = place.store.engine().run(&root, &call.input, &call.parameters).expect("it runs");
    assert_eq!(engine.run(&call).expect("it is answered"), here);
    assert_eq!(engine.run(&call).expect("it is answered"), here);
    let status = status(&place.socket());
    assert_eq!((status.cache_misses, status.running, status.waiting), (1, 0, 0));
    assert!(status.cache_hits >= 2 && status.package_bytes > 0 && status.resident_bytes > 0, "{status:?}");
}

#[test]
fn a_call_whose_engine_is_killed_in_its_middle_is_answered_by_the_next_engine() {
    let place = Place::new();
    let root = place.slow();
    let (engine, events) = place.start();
    let call = call(root, &[7; 4096]);
    let first = pid(&events);
    let kill = || kill_process(first, Signal::KILL).expect("it lives");
    let answer = in_the_middle(&place.socket(), || engine.run(&call), kill);
    assert_eq!(
        answer.expect("it is answered"),
        place.store.engine().run(&root, &call.input, &call.parameters).expect("it runs")
    );
    assert_ne!(pid(&events), first);
    drop(engine);
    let checks = events.iter().filter(|event| matches!(event, Event::GoldenHold { .. })).count();
    assert_eq!(checks, 1, "the next engine checked the package again");
}

#[test]
fn a_call_that_kills_its_engine_twice_fails_and_the_next_call_is_answered() {
    let place = Place::new();
    let (wide, small) = (place.wide(), place.small());
    let (engine, events) = start(Launch { process_memory_bytes: Some(48 << 20), ..place.launch() });
    let failed = engine.run(&call(wide, &[7; 4096])).expect_err("it dies of it");
    assert!(matches!(failed, RemoteError::DiedTwice), "{failed}");
    assert_eq!(failed.cause(), "engine_died_twice");
    assert_eq!(engine.run(&call(small, &[1, 2, 3, 4])).expect("it is answered").code, AnswerCode::Complete);
    drop(engine);
    let deaths = events.iter().filter(|event| matches!(event, Event::Died { .. })).count();
    assert_eq!(deaths, 2);
}

#[test]
fn an_engine_that_dies_while_nobody_calls_is_replaced() {
    let place = Place::new();
    let root = place.small();
    let (engine, events) = place.start();
    let first = pid(&events);
    kill_process(first, Signal::KILL).expect("it lives");
    assert_ne!(pid(&events), first);
    assert!(engine.run(&call(root, &[1, 2, 3, 4])).is_ok());
}

#[test]
fn a_call_ends_when_its_time_is_over() {
    let place = Place::new();
    let root = place.slow();
    let (engine, _events) = place.start();
    let failed = engine.run(&Call { time_limit_ms: 1, ..call(root, &[7; 4096]) }).expect_err("it is late");
    assert_eq!(failed.cause(), "time_limit");
    // Its thread ends its layer after the reply.
    while status(&place.socket()).running > 0 {
        thread::yield_now();
    }
}

#[test]
fn a_call_can_be_cancelled_and_closing_its_connection_cancels_it() {
    let place = Place::new();
    let root = place.slow();
    let (_engine, _events) = place.start();
    let connection = Mutex::new(Connection::open(&place.socket()).expect("it listens"));
    let canceller = Mutex::new(connection.lock().expect("no panic").canceller().expect("a second handle"));
    let ask = |patience| connection.lock().expect("no panic").ask(Query::Run(call(root, &[7; 4096])), patience);
    let cancel = || canceller.lock().expect("no panic").cancel().expect("it is sent");
    let reply = in_the_middle(&place.socket(), || ask(Duration::from_secs(600)), cancel);
    match reply {
        Ok(Reply::Refused(refusal)) => assert_eq!(refusal.cause(), "cancelled"),
        other => panic!("{other:?}"),
    }
    assert!(ask(Duration::from_millis(1)).is_err());
    drop((connection, canceller));
    while status(&place.socket()).running > 0 {
        thread::yield_now();
    }
}

#[test]
fn calls_that_wait_for_a_thread_run_together() {
    let place = Place::new();
    let (slow, small) = (place.slow(), place.small());
    let (engine, _events) = start(Launch { threads: NonZeroU32::MIN, ..place.launch() });
    let alone = place.store.engine();
    let inputs: Vec<[u8; 4]> = (0..MAX_BATCH as u8).map(|input| [input; 4]).collect();
    // So that what waits are the calls, and no check of golden vectors.
    assert!(engine.run(&call(small, &[1, 2, 3, 4])).is_ok());
    let ask_all = || {
        thread::scope(|scope| {
            for input in &inputs {
                scope.spawn(|| {
                    let answer = engine.run(&call(small, input)).expect("it is answered");
                    assert_eq!(answer, alone.run(&small, input, &Parameters::default()).expect("it runs"));
                });
            }
        });
    };
    // Again if the slow call ends before two others wait.
    while status(&place.socket()).batched == 0 {
        assert!(in_the_middle(&place.socket(), || engine.run(&call(slow, &[7; 4096])), ask_all).is_ok());
    }
}

#[test]
fn a_call_joins_one_that_generates_and_is_answered_before_it() {
    let (place, models) = (Place::new(), Path::new("../../models/tiny-llama"));
    let launch = Launch { threads: NonZeroU32::MIN, store: models.into(), ..place.launch() };
    let (engine, _events) = start(launch);
    let root = root(&models.join("package"));
    let generate = |max_units| {
        let parameters = Parameters { max_units, ..Parameters::default() };
        engine.run(&Call { parameters, ..call(root, b"And God said") }).expect("it is answered").units
    };
    // So that what waits is the call, and no check of golden vectors.
    assert_eq!(generate(1), 1);
    let answered_before = || {
        let runs_still = AtomicBool::new(false);
        let act = || {
            assert_eq!(generate(1), 1);
            runs_still.store(status(&place.socket()).running == 1, Ordering::Relaxed);
        };
        assert!(in_the_middle(&place.socket(), || generate(128), act) > 1);
        runs_still.into_inner()
    };
    // The long answer may once end too soon to tell.
    assert!((0..20).any(|_| answered_before()));
    assert!(status(&place.socket()).batched >= 2);
}

#[test]
fn a_client_that_sends_garbage_is_dropped_and_others_are_served() {
    let place = Place::new();
    let (_engine, _events) = place.start();
    for garbage in [&[0xff; 4][..], &[0; 4], b"GET / HTTP/1.1\r\n\r\n", &[2, 0, 0, 0, 9, 9], &[2, 0, 0, 0, PROTOCOL, 9]]
    {
        let mut stream = UnixStream::connect(place.socket()).expect("it listens");
        stream.write_all(garbage).expect("it is sent");
        // Unread bytes make the close a reset.
        assert!(matches!(stream.read(&mut [0; 16]), Ok(0) | Err(_)), "{garbage:?} is answered");
    }
    assert_eq!(status(&place.socket()).running, 0);
}

#[test]
fn a_package_whose_golden_vectors_do_not_hold_is_never_run() {
    let place = Place::new();
    let folder = place.store.add("wrong", &mlp_manifest(), &mlp_weights());
    let digest = format!("0x{}", "00".repeat(32));
    let golden = json!({ "vectors": [{ "input": "01020304", "digest": digest }] });
    write(&folder, "golden.json", golden.to_string().as_bytes());
    let (engine, _events) = place.start();
    let call = call(root(&folder), &[1, 2, 3, 4]);
    assert_eq!(engine.run(&call).expect_err("refused").cause(), "golden");
    let mut stranger = Connection::open(&place.socket()).expect("it listens");
    let reply = stranger.ask(Query::Run(call), Duration::from_secs(600));
    assert!(matches!(reply, Ok(Reply::Refused(refusal)) if refusal.cause() == "golden"));
}

#[test]
fn the_process_ends_with_the_one_that_started_it() {
    let place = Place::new();
    let (engine, events) = place.start();
    let pid = pid(&events);
    drop(engine);
    assert!(test_kill_process(pid).is_err(), "it is gone, and nobody has to collect it");

    let arguments = ["serve", "--end-with-stdin", "--socket", "engine", "--store", "."];
    let mut binary = Command::new(BINARY);
    binary.args(arguments).current_dir(place.folder.path()).stdin(Stdio::piped());
    let mut child = binary.spawn().expect("it starts");
    drop(child.stdin.take());
    assert!(child.wait().expect("it ends").success());
}
