//! Serving HTTP on a listener: HTTP/1.1 alone, for a proxy in front speaks to browsers as it
//! likes, and an open page's stream costs less than with both versions.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use rapport_intake::addresses::Addresses;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

/// What connections may take.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Connections at once; others wait in the system's queue.
    pub connections: usize,
    /// Those of one subscriber's address, unless it is a proxy that we trust or this machine.
    pub per_address: usize,
    /// How long a request's head may take, and a kept connection wait for the next one: longer
    /// than proxies keep theirs.
    pub head: Duration,
    /// How long running requests may take once we have to stop.
    pub grace: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        let (head, grace) = (Duration::from_secs(75), Duration::from_secs(10));
        Self { connections: 25_000, per_address: 1_000, head, grace }
    }
}

impl Bounds {
    /// The same within `room` connections: one address never takes more than a quarter.
    pub fn within(self, room: usize) -> Self {
        let connections = self.connections.min(room);
        Self { connections, per_address: self.per_address.min(connections / 4).max(1), ..self }
    }
}

/// Bytes that a request's head never has: line and headers.
const HEAD_BYTES: usize = 64 * 1024;

/// Serves until `stop` ends, then lets running requests finish. `many` says which addresses stand
/// for many people: proxies.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    bounds: Bounds,
    many: impl Fn(IpAddr) -> bool,
    stop: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(bounds.connections));
    let addresses = Addresses::default();
    tokio::pin!(stop);
    loop {
        let accepted = async {
            // Closed never: it lives as long as this.
            let place = room.clone().acquire_owned().await.ok()?;
            match listener.accept().await {
                Ok((stream, from)) => Some((stream, from, place)),
                Err(error) => {
                    wait_out(&error).await;
                    None
                }
            }
        };
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accepted => accepted,
        };
        let Some((stream, from, place)) = accepted else { continue };
        let own = if many(from.ip()) {
            None
        } else {
            match addresses.enter(from.ip(), bounds.per_address) {
                Some(own) => Some(own),
                // Nothing is said: whoever holds that many connections reads none.
                None => continue,
            }
        };
        let connection = graceful.watch(connection(stream, from, app.clone(), bounds));
        tokio::spawn(async move {
            // Clients go away in the middle: that is nobody's failure.
            let _ = connection.await;
            drop((place, own));
        });
    }
    drop(listener);
    if timeout(bounds.grace, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were still running");
    }
}

type Service = hyper_util::service::TowerToHyperService<
    tower::util::BoxCloneSyncService<
        Request<Incoming>,
        http::Response<Body>,
        std::convert::Infallible,
    >,
>;

fn connection(
    stream: TcpStream,
    from: SocketAddr,
    app: Router,
    bounds: Bounds,
) -> http1::Connection<TokioIo<TcpStream>, Service> {
    // Small answers go at once.
    let _ = stream.set_nodelay(true);
    let service = app.map_request(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(from));
        request
    });
    let service = tower::util::BoxCloneSyncService::new(service);
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.head)
        // It is looked at after each read, which may bring as much again.
        .max_buf_size(HEAD_BYTES / 2)
        .serve_connection(TokioIo::new(stream), Service::new(service))
}

/// A connection that failed before it was accepted concerns nobody; with no file left for another,
/// some have to end first.
async fn wait_out(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "a connection was not accepted");
        sleep(Duration::from_secs(1)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;
    use tokio::task::JoinHandle;

    const HEAD: Duration = Duration::from_millis(200);

    async fn start(connections: usize) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
        start_with(connections, connections).await
    }

    async fn start_with(
        connections: usize,
        per_address: usize,
    ) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
        let from = get(async |ConnectInfo(from): ConnectInfo<SocketAddr>| from.to_string());
        let slow = get(async || {
            sleep(Duration::from_millis(300)).await;
            "done"
        });
        let app = Router::new().route("/", from).route("/slow", slow);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let grace = Duration::from_secs(5);
        let bounds = Bounds { connections, per_address, head: HEAD, grace };
        let stopped = async { drop(stopped.await) };
        (addr, stop, tokio::spawn(serve(listener, app, bounds, |_| false, stopped)))
    }

    async fn ask(stream: &mut TcpStream, path: &str) -> String {
        let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        answer
    }

    #[tokio::test]
    async fn a_request_knows_where_it_comes_from() {
        let (addr, _stop, _) = start(10).await;
        let mut stream = TcpStream::connect(addr).await.expect("connected");
        let own = stream.local_addr().expect("an address").to_string();
        assert!(ask(&mut stream, "/").await.ends_with(&own));
    }

    #[tokio::test]
    async fn whoever_never_ends_the_head_is_let_go() {
        let (addr, _stop, _) = start(10).await;
        let mut slow = TcpStream::connect(addr).await.expect("connected");
        slow.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").await.expect("sent");
        let mut rest = Vec::new();
        let read = timeout(Duration::from_secs(5), slow.read_to_end(&mut rest)).await;
        assert!(read.is_ok(), "the connection stays open");
    }

    #[tokio::test]
    async fn more_connections_than_there_is_room_for_wait() {
        let (addr, _stop, _) = start(1).await;
        let first = TcpStream::connect(addr).await.expect("connected");
        let mut second = TcpStream::connect(addr).await.expect("queued by the system");
        let asked = tokio::spawn(async move { ask(&mut second, "/").await });
        sleep(HEAD / 4).await;
        assert!(!asked.is_finished());
        drop(first);
        assert!(asked.await.expect("asked").starts_with("HTTP/1.1 200"));
    }

    #[tokio::test]
    async fn one_address_does_not_take_every_place() {
        let (addr, _stop, _) = start_with(10, 2).await;
        let mut first = TcpStream::connect(addr).await.expect("connected");
        let _second = TcpStream::connect(addr).await.expect("connected");
        sleep(HEAD / 4).await;
        let mut third = TcpStream::connect(addr).await.expect("connected");
        let mut said = Vec::new();
        // Closed at once: the first two wait for their heads still.
        let closed = timeout(HEAD / 2, third.read_to_end(&mut said)).await;
        assert!(closed.is_ok() && said.is_empty(), "{said:?}");
        assert!(ask(&mut first, "/").await.starts_with("HTTP/1.1 200"));
        drop(first);
        sleep(HEAD / 4).await;
        let mut again = TcpStream::connect(addr).await.expect("connected");
        assert!(ask(&mut again, "/").await.starts_with("HTTP/1.1 200"));
    }

    #[tokio::test]
    async fn a_head_has_an_end() {
        let (addr, _stop, _) = start(10).await;
        for (bytes, status) in [(HEAD_BYTES / 4, "200"), (HEAD_BYTES, "431")] {
            let mut stream = TcpStream::connect(addr).await.expect("connected");
            let head = format!(
                "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: {}\r\n\r\n",
                "a".repeat(bytes)
            );
            // The server may hang up before it read all.
            let _ = stream.write_all(head.as_bytes()).await;
            let mut answer = vec![0; 12];
            stream.read_exact(&mut answer).await.expect("an answer");
            assert_eq!(String::from_utf8_lossy(&answer), format!("HTTP/1.1 {status}"));
        }
    }

    #[test]
    fn bounds_follow_the_room_there_is() {
        let small = Bounds::default().within(768);
        assert_eq!((small.connections, small.per_address), (768, 192));
        let large = Bounds::default().within(1_000_000);
        assert_eq!((large.connections, large.per_address), (25_000, 1_000));
    }

    #[tokio::test]
    async fn a_running_request_ends_before_the_server_does() {
        let (addr, stop, served) = start(10).await;
        let mut stream = TcpStream::connect(addr).await.expect("connected");
        let asked = tokio::spawn(async move { ask(&mut stream, "/slow").await });
        sleep(Duration::from_millis(100)).await;
        stop.send(()).expect("it listens");
        assert!(asked.await.expect("asked").ends_with("done"));
        served.await.expect("it ended");
        assert!(TcpStream::connect(addr).await.is_err());
    }
}
