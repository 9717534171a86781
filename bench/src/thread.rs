//! Opening a ticket with few and with many messages: it shows a page of them.

use crate::measure::{Client, Times};
use crate::seed::Seeded;

const WARM_UP: usize = 10;
const ROUNDS: usize = 100;
/// What a ticket with a thousand messages may cost of one with as many as fit on the page.
const RATIO_MAX: f64 = 1.3;

pub async fn run(client: &Client, url: &str, seeded: &Seeded) -> anyhow::Result<Vec<String>> {
    let mut cells: Vec<_> = seeded
        .threads
        .iter()
        .map(|(messages, customer, number)| {
            (*messages, format!("{url}/customers/{customer}/tickets/{number}"), Times::default())
        })
        .collect();
    for round in 0..WARM_UP + ROUNDS {
        for (_, page, times) in &mut cells {
            let (took, _) = client.get(page).await?;
            if round >= WARM_UP {
                times.add(took);
            }
        }
    }
    println!(
        "\n## Open ticket, whole page over HTTP\n\n| messages | p50 ms | p99 ms |\n|---|---|---|"
    );
    for (messages, _, times) in &cells {
        println!("| {messages} | {:.2} | {:.2} |", times.p50(), times.quantile(0.99));
    }
    let of = |wanted: i64| cells.iter().find(|c| c.0 == wanted).map_or(0.0, |c| c.2.p50());
    let ratio = of(1_000) / of(50);
    println!("\n- 1,000 to 50 messages: {ratio:.2} (at most {RATIO_MAX})");
    Ok((ratio > RATIO_MAX).then(|| format!("open ticket ratio {ratio:.2}")).into_iter().collect())
}
