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
use std::io;
use std::net::SocketAddr;
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
    /// How long a request's head may take, and a kept connection wait for the next one: longer
    /// than proxies keep theirs.
    pub head: Duration,
    /// How long running requests may take once we have to stop.
    pub grace: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { connections: 25_000, head: Duration::from_secs(75), grace: Duration::from_secs(10) }
    }
}

/// Serves until `stop` ends, then lets running requests finish.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    bounds: Bounds,
    stop: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(bounds.connections));
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
        let connection = graceful.watch(connection(stream, from, app.clone(), bounds));
        tokio::spawn(async move {
            // Clients go away in the middle: that is nobody's failure.
            let _ = connection.await;
            drop(place);
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
        let from = get(async |ConnectInfo(from): ConnectInfo<SocketAddr>| from.to_string());
        let slow = get(async || {
            sleep(Duration::from_millis(300)).await;
            "done"
        });
        let app = Router::new().route("/", from).route("/slow", slow);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let bounds = Bounds { connections, head: HEAD, grace: Duration::from_secs(5) };
        let stopped = async { drop(stopped.await) };
        (addr, stop, tokio::spawn(serve(listener, app, bounds, stopped)))
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
