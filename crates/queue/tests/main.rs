//! The queue on a real Postgres.

use chrono::{DateTime, Utc};
use rapport_domain::WorkspaceId;
use rapport_queue::{
    Environment, Job, JobError, NoPayload, Outcome, Queue, Registry, Work, Worker, cancel, enqueue,
    run_now, wake,
};
use rapport_store::Store;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;

/// What the jobs of these tests have in common: they say what they did, and some wait.
#[derive(Debug, Clone)]
struct Env {
    store: Store,
    done: mpsc::UnboundedSender<String>,
    gate: Arc<Notify>,
}

impl Environment for Env {
    fn store(&self) -> &Store {
        &self.store
    }
}

/// Waits until the test lets it go: a slow server of somebody else's.
struct Slow;

impl Job for Slow {
    type Env = Env;
    type Key = u32;
    type Payload = NoPayload;
    const KIND: &'static str = "slow";
    const LABEL: &'static str = "Wait";
    const QUEUE: Queue = Queue::Sync;
    const MAX_ATTEMPTS: i32 = 2;

    async fn run(env: &Env, work: Work<Self>) -> Result<Outcome, JobError> {
        let _ = env.done.send(format!("slow {} begun", work.key));
        env.gate.notified().await;
        Ok(Outcome::Done)
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Greeting {
    name: String,
}

/// Greets somebody, unless they are nobody.
struct Greet;

impl Job for Greet {
    type Env = Env;
    type Key = u32;
    type Payload = Greeting;
    const KIND: &'static str = "greet";
    const LABEL: &'static str = "Greet";
    const QUEUE: Queue = Queue::Mail;
    const MAX_ATTEMPTS: i32 = 2;

    async fn run(env: &Env, work: Work<Self>) -> Result<Outcome, JobError> {
        let _ = env.done.send(format!("hello {}, attempt {}", work.payload.name, work.attempts));
        match work.payload.name.as_str() {
            "nobody" => Err(rapport_domain::AppError::NotFound.into()),
            _ => Ok(Outcome::Done),
        }
    }
}

static BOTH: LazyLock<Registry<Env>> =
    LazyLock::new(|| Registry::default().job::<Slow>().job::<Greet>());
/// What an older server knows.
static OLD: LazyLock<Registry<Env>> = LazyLock::new(|| Registry::default().job::<Slow>());

async fn env(pool: &PgPool) -> (Env, mpsc::UnboundedReceiver<String>, WorkspaceId) {
    let workspace = WorkspaceId::generate();
    sqlx::query("insert into workspaces (workspace_id, name) values ($1, 'Acme')")
        .bind(workspace.0)
        .execute(pool)
        .await
        .expect("a workspace");
    let (done, told) = mpsc::unbounded_channel();
    let store = Store::from_pool(pool.clone());
    (Env { store, done, gate: Arc::default() }, told, workspace)
}

async fn add<J: Job>(env: &Env, workspace: WorkspaceId, key: J::Key, payload: J::Payload) -> bool {
    let mut tx = env.store.begin().await.expect("a transaction");
    let added = enqueue::<J>(&mut tx, workspace, &key, &payload, Utc::now()).await.expect("a job");
    tx.commit().await.expect("a commit");
    wake();
    added
}

fn greeting(name: &str) -> Greeting {
    Greeting { name: name.into() }
}

async fn next(told: &mut mpsc::UnboundedReceiver<String>) -> String {
    timeout(Duration::from_secs(10), told.recv()).await.expect("in time").expect("a message")
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_queue_whose_slots_are_taken_holds_up_no_other(pool: PgPool) {
    let (env, mut told, workspace) = env(&pool).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = Worker { env: env.clone(), registry: &BOTH };
    let running = tokio::spawn(worker.run(async { drop(stopped.await) }));
    let slots = u32::try_from(Queue::Sync.slots()).unwrap();
    for key in 0..slots + 5 {
        add::<Slow>(&env, workspace, key, NoPayload {}).await;
    }
    for _ in 0..slots {
        assert!(next(&mut told).await.starts_with("slow"));
    }
    add::<Greet>(&env, workspace, 1, greeting("Kim")).await;
    assert_eq!(next(&mut told).await, "hello Kim, attempt 1");
    env.gate.notify_waiters();
    for _ in 0..slots {
        assert!(next(&mut told).await.starts_with("slow"), "the next ones have the slots");
    }
    stop.send(()).unwrap();
    env.gate.notify_waiters();
    timeout(Duration::from_secs(15), running).await.expect("it stops").unwrap();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_fails_is_tried_again_and_then_kept(pool: PgPool) {
    let (env, mut told, workspace) = env(&pool).await;
    let worker = Worker { env: env.clone(), registry: &BOTH };
    add::<Greet>(&env, workspace, 1, greeting("nobody")).await;
    assert_eq!(worker.run_due().await, 1);
    assert_eq!(next(&mut told).await, "hello nobody, attempt 1");
    assert_eq!(worker.run_due().await, 0, "not before some time has passed");
    let again: DateTime<Utc> =
        sqlx::query_scalar("select run_at from jobs").fetch_one(&pool).await.unwrap();
    assert!(again > Utc::now());
    sqlx::query("update jobs set run_at = now()").execute(&pool).await.unwrap();
    assert_eq!(worker.run_due().await, 1);
    let dead = env.store.dead_jobs(workspace).await.unwrap();
    assert_eq!((dead.len(), dead[0].attempts), (1, 2));
    assert_eq!(BOTH.label(&dead[0].kind), "Greet");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_key_waits_once_and_can_be_taken_back_until_it_is_begun(pool: PgPool) {
    let (env, mut told, workspace) = env(&pool).await;
    let worker = Worker { env: env.clone(), registry: &BOTH };
    assert!(add::<Greet>(&env, workspace, 1, greeting("Kim")).await);
    assert!(!add::<Greet>(&env, workspace, 1, greeting("Lee")).await, "it waits already");
    let mut tx = env.store.begin().await.unwrap();
    assert!(cancel::<Greet>(&mut tx, workspace, &1).await.unwrap());
    assert!(!run_now::<Greet>(&mut tx, workspace, &1).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(worker.run_due().await, 0);
    assert!(add::<Greet>(&env, workspace, 1, greeting("Lee")).await);
    assert_eq!(worker.run_due().await, 1);
    assert_eq!(next(&mut told).await, "hello Lee, attempt 1");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_only_a_newer_server_knows_waits_for_it(pool: PgPool) {
    let (env, mut told, workspace) = env(&pool).await;
    add::<Greet>(&env, workspace, 1, greeting("Kim")).await;
    assert_eq!(Worker { env: env.clone(), registry: &OLD }.run_due().await, 0);
    assert_eq!(OLD.label("greet"), "greet");
    assert_eq!(Worker { env: env.clone(), registry: &BOTH }.run_due().await, 1);
    assert_eq!(next(&mut told).await, "hello Kim, attempt 1");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_cannot_be_read_is_kept_and_said(pool: PgPool) {
    let (env, _told, workspace) = env(&pool).await;
    let insert = "insert into jobs (workspace_id, id, kind, key, payload, run_at, max_attempts)
        values ($1, gen_random_uuid(), 'greet', $2, $3::jsonb, now(), 2)";
    for (key, payload) in [("Kim", "{\"name\": \"Kim\"}"), ("2", "{}")] {
        sqlx::query(insert).bind(workspace.0).bind(key).bind(payload).execute(&pool).await.unwrap();
    }
    assert_eq!(Worker { env: env.clone(), registry: &BOTH }.run_due().await, 2);
    let dead = env.store.dead_jobs(workspace).await.unwrap();
    let mut errors: Vec<_> = dead.into_iter().map(|job| job.error).collect();
    errors.sort();
    assert!(
        errors[0].starts_with("Its payload cannot be read: missing field `name`"),
        "{errors:?}"
    );
    assert_eq!(errors[1], "“Kim” is not what this job is about.");
}
