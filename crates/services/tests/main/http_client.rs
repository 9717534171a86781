//! The way out, against servers on this machine that behave badly.

use rapport_services::http_client::{Auth, HttpClient, HttpError, Reach, Request};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A server that answers its nth connection as `answer` says; its address, and what it was asked.
struct Server {
    url: String,
    asked: Arc<AtomicUsize>,
    heads: tokio::sync::mpsc::UnboundedReceiver<String>,
}

impl Server {
    async fn start<F, A>(answer: F) -> Self
    where
        F: Fn(usize, TcpStream) -> A + Send + 'static,
        A: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let (tell, heads) = tokio::sync::mpsc::unbounded_channel();
        let count = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = vec![0; 4_096];
                let n = stream.read(&mut head).await.unwrap_or(0);
                let _ = tell.send(String::from_utf8_lossy(&head[..n]).into_owned());
                tokio::spawn(answer(count.fetch_add(1, Ordering::SeqCst), stream));
            }
        });
        Self { url, asked, heads }
    }

    /// One that says these things, one after the other, and the last again and again.
    async fn saying(answers: Vec<String>) -> Self {
        Self::start(move |n, mut stream| {
            let text = answers[n.min(answers.len() - 1)].clone();
            async move {
                let _ = stream.write_all(text.as_bytes()).await;
            }
        })
        .await
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn answer(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    )
}

fn client() -> HttpClient {
    HttpClient::new(Reach::and_this_machine()).unwrap()
}

#[tokio::test]
async fn who_asks_for_patience_gets_it() {
    let server =
        Server::saying(vec![answer(429, "Retry-After: 1\r\n", ""), answer(200, "", "{\"a\":1}")])
            .await;
    let began = Instant::now();
    let said = client().send(&Request::post(&server.url)).await.unwrap();
    assert_eq!((said.status, server.asked()), (200, 2));
    assert_eq!(said.json::<serde_json::Value>().unwrap()["a"], 1);
    assert!(began.elapsed() >= Duration::from_secs(1), "{:?}", began.elapsed());
    // For longer than anybody waits here: the caller hears how long, at once.
    let server = Server::saying(vec![answer(429, "Retry-After: 600\r\n", "")]).await;
    let said = client().send(&Request::get(&server.url)).await.unwrap().success().unwrap_err();
    assert_eq!(said.retry_after(), Some(Duration::from_secs(600)));
    assert_eq!(server.asked(), 1);
    // Nor beyond what the request may take.
    let server = Server::saying(vec![answer(503, "Retry-After: 9\r\n", "")]).await;
    let hasty = Request::get(&server.url).patience(Duration::from_secs(2));
    let said = client().send(&hasty).await.unwrap();
    assert_eq!((said.status, server.asked()), (503, 1));
}

#[tokio::test]
async fn a_failing_host_is_asked_again_and_then_left_alone() {
    let server = Server::saying(vec![answer(500, "", "sorry")]).await;
    let http = client();
    let get = Request::get(&server.url);
    let said = http.send(&get).await.unwrap();
    assert_eq!((said.status, said.body, server.asked()), (500, b"sorry".to_vec(), 3));
    // What makes something is not sent twice, unless it says that it may be.
    let post = Request::post(&server.url);
    assert_eq!(http.send(&post).await.unwrap().status, 500);
    assert_eq!(server.asked(), 4);
    let refused = http.send(&post.repeatable()).await.unwrap_err();
    assert!(matches!(refused, HttpError::Resting { .. }), "{refused:?}");
    assert_eq!(server.asked(), 5);
    assert!(matches!(http.send(&get).await, Err(HttpError::Resting { .. })));
    assert_eq!(server.asked(), 5, "nobody asks any more");
    // Another host of the same client is not concerned, nor is another client.
    let well = Server::saying(vec![answer(200, "", "")]).await;
    assert_eq!(http.send(&Request::get(&well.url)).await.unwrap().status, 200);
    assert_eq!(client().send(&post_once(&server.url)).await.unwrap().status, 500);
}

fn post_once(url: &str) -> Request {
    Request::post(url).tries(1)
}

#[tokio::test]
async fn a_body_that_drips_ends_with_the_patience() {
    let server = Server::start(|_, mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").await;
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let began = Instant::now();
    let request = Request::get(&server.url).patience(Duration::from_millis(700));
    assert_eq!(client().send(&request).await.unwrap_err(), HttpError::TimedOut);
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

#[tokio::test]
async fn no_more_is_read_than_was_asked_for() {
    // 50 MB, first announced and then not.
    for announced in [true, false] {
        let sent = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&sent);
        let server = Server::start(move |_, mut stream| {
            let count = Arc::clone(&count);
            async move {
                let length = if announced { "Content-Length: 50000000\r\n" } else { "" };
                let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n{length}\r\n");
                let _ = stream.write_all(head.as_bytes()).await;
                for _ in 0..500 {
                    if stream.write_all(&[b'x'; 100_000]).await.is_err() {
                        break;
                    }
                    count.fetch_add(100_000, Ordering::SeqCst);
                }
            }
        })
        .await;
        let request = Request::get(&server.url).bytes_max(1_000_000);
        let refused = client().send(&request).await.unwrap_err();
        assert_eq!(refused, HttpError::TooLarge { bytes_max: 1_000_000 });
        assert_eq!(server.asked(), 1, "it would be as large again");
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(sent.load(Ordering::SeqCst) < 20_000_000, "{sent:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_checked_as_the_first_address_was() {
    let inside = Server::saying(vec![answer(200, "", "secret")]).await;
    let to = |url: &str| answer(302, &format!("Location: {url}\r\n"), "");
    let outside = Server::saying(vec![to(&inside.url)]).await;
    // To this machine by a name: public addresses alone, so that neither hop is asked.
    let public = HttpClient::new(Reach::Public).unwrap();
    for url in [&outside.url, &outside.url.replace("127.0.0.1", "localhost")] {
        assert_eq!(public.send(&Request::get(url)).await.unwrap_err(), HttpError::NotAllowed);
    }
    assert_eq!((outside.asked(), inside.asked()), (0, 0));
    // From an address that may be asked to one that may not.
    let outside = Server::saying(vec![to("http://127.0.0.2:80/")]).await;
    let http = client();
    let get = Request::get(&outside.url);
    assert_eq!(http.send(&get).await.unwrap_err(), HttpError::NotAllowed);
    for elsewhere in ["file:///etc/passwd", "http://[::1]/", "http://user:pw@127.0.0.1/"] {
        let outside = Server::saying(vec![to(elsewhere)]).await;
        let get = Request::get(&outside.url);
        assert_eq!(http.send(&get).await.unwrap_err(), HttpError::NotAllowed, "{elsewhere}");
    }
    // One that may be asked is followed, but not for ever, and never with a secret or by what
    // makes something.
    let followed = Server::saying(vec![to(&inside.url)]).await;
    let get = Request::get(&followed.url);
    assert_eq!(http.send(&get).await.unwrap().body, b"secret");
    let secret = get.auth(Auth::Bearer("token".into()));
    for request in [secret, Request::post(&followed.url)] {
        assert_eq!(http.send(&request).await.unwrap_err(), HttpError::Redirected);
    }
    let around = Server::saying(vec![to("/again")]).await;
    assert_eq!(http.send(&Request::get(&around.url)).await.unwrap_err(), HttpError::Redirected);
    assert_eq!(around.asked(), 4);
}

#[tokio::test]
async fn a_page_where_json_belongs_is_an_error_of_its_own() {
    let page = answer(200, "Content-Type: text/html\r\n", "<h1>Log in</h1>");
    let server = Server::saying(vec![page, answer(200, "", ""), answer(200, "", "[1")]).await;
    for found in ["a web page", "nothing", "something else"] {
        let said = client().send(&Request::get(&server.url)).await.unwrap();
        let unreadable = said.json::<Vec<u8>>().unwrap_err();
        assert_eq!(unreadable, HttpError::Unreadable { found });
    }
}

#[tokio::test]
async fn who_asks_stands_in_the_request() {
    let mut server = Server::saying(vec![answer(200, "", "")]).await;
    for (auth, line) in [
        (Auth::Bearer("t0".into()), "authorization: Bearer t0\r\n"),
        (Auth::Whole("bare".into()), "authorization: bare\r\n"),
        (
            Auth::Basic { user: "a@b.example".into(), password: "pw".into() },
            "authorization: Basic YUBiLmV4YW1wbGU6cHc=\r\n",
        ),
    ] {
        let request = Request::post(&server.url).auth(auth).json(&serde_json::json!({"a": 1}));
        assert!(!format!("{request:?}").contains("t0"), "a secret in the log");
        client().send(&request).await.unwrap();
        let head = server.heads.recv().await.unwrap();
        assert!(
            head.contains(line) && head.contains("content-type: application/json\r\n"),
            "{head}"
        );
    }
}

#[tokio::test]
async fn nobody_at_home_is_no_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let http = client();
    assert_eq!(http.send(&Request::get(&url)).await.unwrap_err(), HttpError::Unreachable);
    assert_eq!(http.send(&Request::get("no address")).await.unwrap_err(), HttpError::NotAllowed);
    let broken = Server::start(|_, stream| async move { drop(stream) }).await;
    let once = Request::get(&broken.url).tries(1);
    assert_eq!(http.send(&once).await.unwrap_err(), HttpError::Broken);
}
