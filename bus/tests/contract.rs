//! One suite, three ways: in process, over a socket of the file system, and over a real NATS server.
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a failed test"
)]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bus::{
    Bus, BusError, Envelope, InProcess, LocalBus, MAX_FRAME, MAX_IN_FLIGHT, Nats, NatsAccess,
    NatsOptions, Routed, Service, Serving, Subject, VERSION, serve_local, serve_local_bounded,
};
use fixtures::outils::ServeurNats;
use serde::{Deserialize, Serialize};

/// How long an answer may take in these tests.
const DEADLINE: Duration = Duration::from_millis(700);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Ask {
    Echo(String),
    /// Milliseconds.
    Sleep(u64),
    /// Bytes of the answer.
    Fill(usize),
}

impl Routed for Ask {
    fn subject(&self) -> Subject {
        Subject::command(match self {
            Self::Echo(_) => "echo",
            Self::Sleep(_) => "sleep",
            Self::Fill(_) => "fill",
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Answer {
    id: Option<String>,
    text: String,
}

#[derive(Default)]
struct Echo {
    served: AtomicUsize,
}

#[async_trait]
impl Service<Ask, Answer> for Arc<Echo> {
    async fn serve(&self, request: Envelope<Ask>) -> Answer {
        self.served.fetch_add(1, Ordering::Relaxed);
        let text = match request.body {
            Ask::Echo(text) => text,
            Ask::Sleep(ms) => {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                String::new()
            }
            Ask::Fill(bytes) => "x".repeat(bytes),
        };
        Answer {
            id: request.id,
            text,
        }
    }
}

type Asker = Arc<dyn Bus<Ask, Answer>>;

async fn nats(server: &ServeurNats) -> Nats {
    let options = NatsOptions {
        url: server.url(),
        access: NatsAccess::default(),
        deadline: DEADLINE,
    };
    let nats = Nats::connect(&options).await.unwrap();
    assert!(nats.ready(Duration::from_secs(10)).await);
    nats
}

async fn serve(nats: &Nats, echo: &Arc<Echo>) -> Serving {
    nats.serve(Arc::new(echo.clone())).await.unwrap()
}

/// Runs a check in process, over a local socket, then over NATS with edge and actors on connections of their own.
async fn each_way<F: Future<Output = ()>>(check: impl Fn(Asker, Arc<Echo>) -> F) {
    each_way_bounded(MAX_IN_FLIGHT, |bus, echo, _| check(bus, echo)).await;
}

/// The same, with so many requests at once over the local socket; the check is told each way's limit.
async fn each_way_bounded<F: Future<Output = ()>>(
    at_once: usize,
    check: impl Fn(Asker, Arc<Echo>, usize) -> F,
) {
    let echo = Arc::new(Echo::default());
    let in_process = Arc::new(InProcess::new(echo.clone(), DEADLINE));
    check(in_process, echo, MAX_IN_FLIGHT).await;
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    let echo = Arc::new(Echo::default());
    let service = Arc::new(echo.clone());
    let serving = serve_local_bounded::<Ask, Answer, _>(&socket, service, at_once as u32).unwrap();
    check(local(&socket), echo, at_once).await;
    drop(serving);
    let server = ServeurNats::demarrer(folder.path());
    let echo = Arc::new(Echo::default());
    let actors = nats(&server).await;
    let _serving = serve(&actors, &echo).await;
    let edge = nats(&server).await;
    check(Arc::new(edge.bus()), echo, MAX_IN_FLIGHT).await;
}

fn local(socket: &Path) -> Asker {
    Arc::new(LocalBus::new(socket, DEADLINE))
}

fn echo(text: &str) -> Envelope<Ask> {
    Envelope::new(Some(format!("id {text}")), Ask::Echo(text.to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_comes_back_with_the_id_it_was_asked_under() {
    each_way(async |bus, served| {
        let answer = bus.ask(echo("élève")).await.unwrap();
        assert_eq!(answer.text, "élève");
        assert_eq!(answer.id.as_deref(), Some("id élève"));
        let none = bus.ask(Envelope::new(None, Ask::Echo(String::new()))).await;
        assert_eq!(none.unwrap().id, None);
        assert_eq!(served.served.load(Ordering::Relaxed), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_each_get_their_own_answer() {
    each_way(async |bus, served| {
        let tasks: Vec<_> = (0..500)
            .map(|n| {
                let bus = bus.clone();
                tokio::spawn(async move { (n, bus.ask(echo(&n.to_string())).await) })
            })
            .collect();
        for task in tasks {
            let (n, answer) = task.await.unwrap();
            assert_eq!(answer.unwrap().text, n.to_string());
        }
        assert_eq!(served.served.load(Ordering::Relaxed), 500);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_does_not_come_in_time_is_lost_and_others_are_served() {
    each_way(async |bus, _| {
        let late = bus.ask(Envelope::new(None, Ask::Sleep(60_000)));
        let (late, other) = tokio::join!(late, bus.ask(echo("other")));
        assert!(matches!(late, Err(BusError::Lost(_))), "{late:?}");
        assert_eq!(other.unwrap().text, "other");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_the_limit_at_once_is_told_to_come_back() {
    // Connecting a thousand times takes longer than a slow answer: a socket of fewer places shows the same.
    each_way_bounded(64, async |bus, _, limit| {
        let slow: Vec<_> = (0..limit + 32)
            .map(|_| {
                let bus = bus.clone();
                tokio::spawn(async move { bus.ask(Envelope::new(None, Ask::Sleep(600))).await })
            })
            .collect();
        let mut refused = 0;
        for task in slow {
            match task.await.unwrap() {
                Err(BusError::Busy { retry_after_s: 1 }) => refused += 1,
                // In time or not: that is another test.
                Ok(_) | Err(BusError::Lost(_)) => {}
                other => assert!(other.is_ok(), "{other:?}"),
            }
        }
        assert!(refused > 0, "none of {} was refused", limit + 32);
        assert!(bus.ask(echo("after")).await.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_envelope_is_refused_and_not_served() {
    each_way(async |bus, served| {
        let mut newer = echo("from tomorrow");
        newer.version = VERSION + 1;
        let refused = bus.ask(newer).await;
        assert!(
            matches!(refused, Err(BusError::NotUnderstood(_))),
            "{refused:?}"
        );
        assert_eq!(served.served.load(Ordering::Relaxed), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nats_what_is_too_large_is_refused_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let server = ServeurNats::demarrer(folder.path());
    let (served, connection) = (Arc::new(Echo::default()), nats(&server).await);
    let _serving = serve(&connection, &served).await;
    let bus: Asker = Arc::new(connection.bus());
    let large = "x".repeat(2 * 1024 * 1024);
    let refused = bus.ask(echo(&large)).await;
    assert!(
        matches!(refused, Err(BusError::TooLarge { .. })),
        "{refused:?}"
    );
    assert_eq!(served.served.load(Ordering::Relaxed), 0);
    let answer = bus.ask(Envelope::new(None, Ask::Fill(large.len()))).await;
    assert!(
        matches!(answer, Err(BusError::TooLarge { .. })),
        "{answer:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nats_two_who_serve_share_the_work_and_one_may_leave() {
    let folder = tempfile::tempdir().unwrap();
    let server = ServeurNats::demarrer(folder.path());
    let (first, second) = (Arc::new(Echo::default()), Arc::new(Echo::default()));
    let (one, two) = (nats(&server).await, nats(&server).await);
    let (serving, _other) = (serve(&one, &first).await, serve(&two, &second).await);
    let bus: Asker = Arc::new(nats(&server).await.bus());
    for n in 0..200 {
        bus.ask(echo(&n.to_string())).await.unwrap();
    }
    let shares = [&first, &second].map(|s| s.served.load(Ordering::Relaxed));
    assert_eq!(shares[0] + shares[1], 200, "each request is served once");
    assert!(shares[0] > 0 && shares[1] > 0, "{shares:?}");
    // One leaves while it works: what it has begun is answered, the rest goes to the other.
    let begun: Vec<_> = (0..50)
        .map(|_| {
            let bus = bus.clone();
            tokio::spawn(async move { bus.ask(Envelope::new(None, Ask::Sleep(100))).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(30)).await;
    serving.stop().await;
    for task in begun {
        task.await.unwrap().unwrap();
    }
    assert_eq!(bus.ask(echo("after")).await.unwrap().text, "after");
}

#[tokio::test(flavor = "multi_thread")]
async fn nats_without_actors_or_without_a_server_it_is_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = ServeurNats::demarrer(folder.path());
    let connection = nats(&server).await;
    let bus: Asker = Arc::new(connection.bus());
    let alone = bus.ask(echo("anybody?")).await;
    assert!(matches!(alone, Err(BusError::Away(_))), "{alone:?}");
    let echoes = Arc::new(Echo::default());
    let _serving = serve(&connection, &echoes).await;
    bus.ask(echo("there")).await.unwrap();
    server.tuer();
    let mut away = bus.ask(echo("away")).await;
    while matches!(away, Err(BusError::Lost(_))) {
        away = bus.ask(echo("away")).await;
    }
    assert!(matches!(away, Err(BusError::Away(_))), "{away:?}");
    // Q05: it comes back without a restart of ours.
    server.relancer();
    assert!(connection.ready(Duration::from_secs(20)).await);
    let mut back = bus.ask(echo("back")).await;
    for _ in 0..50 {
        if back.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        back = bus.ask(echo("back")).await;
    }
    assert_eq!(back.unwrap().text, "back");
}

#[tokio::test(flavor = "multi_thread")]
async fn nats_what_nobody_can_read_is_answered_so_and_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = ServeurNats::demarrer(folder.path());
    let (served, connection) = (Arc::new(Echo::default()), nats(&server).await);
    let _serving = serve(&connection, &served).await;
    #[derive(Debug, Serialize, Deserialize)]
    struct Foreign {
        unknown: bool,
    }
    impl Routed for Foreign {
        fn subject(&self) -> Subject {
            Subject::command("echo")
        }
    }
    let foreign: Arc<dyn Bus<Foreign, Answer>> = Arc::new(connection.bus());
    let refused = foreign
        .ask(Envelope::new(None, Foreign { unknown: true }))
        .await;
    assert!(
        matches!(refused, Err(BusError::NotUnderstood(_))),
        "{refused:?}"
    );
    let bus: Asker = Arc::new(connection.bus());
    assert!(bus.ask(echo("still here")).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn local_what_is_too_large_is_refused_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    let echoes = Arc::new(Echo::default());
    let _serving = serve_local::<Ask, Answer, _>(&socket, Arc::new(echoes.clone())).unwrap();
    let bus = Arc::new(LocalBus::<Ask, Answer>::new(
        &socket,
        Duration::from_secs(20),
    ));
    let refused = bus.ask(echo(&"x".repeat(MAX_FRAME))).await;
    assert!(
        matches!(refused, Err(BusError::TooLarge { .. })),
        "{refused:?}"
    );
    assert_eq!(echoes.served.load(Ordering::Relaxed), 0);
    let answer = bus.ask(Envelope::new(None, Ask::Fill(MAX_FRAME))).await;
    assert!(
        matches!(answer, Err(BusError::TooLarge { .. })),
        "{answer:?}"
    );
    // An announced length alone takes no memory and stops nothing.
    let mut rogue = tokio::net::UnixStream::connect(&socket).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut rogue, &[0xff; 4])
        .await
        .unwrap();
    assert!(bus.ask(echo("still here")).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn local_only_the_owner_connects_and_a_socket_left_by_a_crash_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    let echoes = Arc::new(Echo::default());
    let serve = || serve_local::<Ask, Answer, _>(&socket, Arc::new(echoes.clone()));
    let crashed = serve().unwrap();
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(crashed);
    let mut left = local(&socket).ask(echo("anybody?")).await;
    while matches!(left, Err(BusError::Lost(_))) {
        left = local(&socket).ask(echo("anybody?")).await;
    }
    assert!(matches!(left, Err(BusError::Away(_))), "{left:?}");
    let serving = serve().unwrap();
    assert!(local(&socket).ask(echo("there")).await.is_ok());
    // What has begun is answered; then the socket is gone.
    let (bus, slow) = (local(&socket), Envelope::new(None, Ask::Sleep(300)));
    let begun = tokio::spawn(async move { bus.ask(slow).await });
    while echoes.served.load(Ordering::Relaxed) < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    serving.stop().await;
    begun.await.unwrap().unwrap();
    assert!(!socket.exists());
}
