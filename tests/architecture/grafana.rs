//! The dashboard and the alert rules of `examples/grafana/`: they ask for columns of a data point, for labels that the
//! Worker writes, and in the SQL that Analytics Engine takes.

use std::collections::BTreeSet;
use std::fs;

use one_login_edge::platform::Event;
use serde_json::Value;

use crate::logs::table;
use crate::sources::root;

/// Where the files are.
const PLACE: &str = "examples/grafana";

/// The words of a query, in capital letters. Source: Cloudflare, Workers Analytics Engine, SQL reference, "Statements",
/// "Operators" and "Literals", as of November 2026.
const WORDS: [&str; 24] = [
    "SELECT", "AS", "FROM", "WHERE", "GROUP", "BY", "HAVING", "ORDER", "ASC", "DESC", "LIMIT",
    "FORMAT", "JSON", "AND", "OR", "NOT", "IN", "LIKE", "BETWEEN", "INTERVAL", "MINUTE", "HOUR",
    "DAY", "ALL",
];

/// The functions of a query. Source: the same reference, "Aggregate functions" and "Date and Time functions", and the
/// changelog of 12 November 2025 for those that end in `If`.
const FUNCTIONS: [&str; 20] = [
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "quantileExactWeighted",
    "countIf",
    "sumIf",
    "avgIf",
    "now",
    "toDateTime",
    "toUnixTimestamp",
    "toStartOfInterval",
    "toStartOfDay",
    "toStartOfHour",
    "toStartOfFifteenMinutes",
    "toStartOfTenMinutes",
    "toStartOfFiveMinutes",
    "toStartOfMinute",
    "if",
];

/// A piece of a query.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    Text(String),
    Word(String),
    Sign(char),
}

fn tokens(query: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = query.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || "_.".contains(c);
        let (token, length) = if first == '\'' {
            let end = rest[1..].find('\'').expect("a text ends") + 1;
            (Token::Text(rest[1..end].to_owned()), end + 1)
        } else if rest.starts_with("${") {
            let end = rest.find('}').expect("a variable ends") + 1;
            (Token::Word(rest[..end].to_owned()), end)
        } else if is_word(first) {
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            (Token::Word(rest[..end].to_owned()), end)
        } else {
            (Token::Sign(first), first.len_utf8())
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    tokens
}

fn read(file: &str) -> Value {
    let text = fs::read_to_string(root().join(PLACE).join(file)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Each question of a file: the query, and the columns that are taken from its answer.
fn questions(value: &Value) -> Vec<(String, Vec<Value>)> {
    let mut found = Vec::new();
    if let Some(query) = value["url_options"]["data"].as_str() {
        let columns = value["columns"].as_array().unwrap().clone();
        found.push((query.to_owned(), columns));
    }
    let inner: Vec<&Value> = match value {
        Value::Object(members) => members.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    found.extend(inner.into_iter().flat_map(questions));
    found
}

fn both() -> Vec<(String, Vec<Value>)> {
    let files = ["dashboard.json", "alerts.json"];
    files
        .iter()
        .flat_map(|file| questions(&read(file)))
        .collect()
}

/// The columns that a data point has, and those that Analytics Engine adds.
fn columns() -> BTreeSet<String> {
    let labels = Event::default().labels().split('\n').count();
    let glue = fs::read_to_string(root().join("src/edge/glue.js")).unwrap();
    let doubles = glue.split("doubles: [").nth(1).unwrap();
    let doubles = doubles.split(']').next().unwrap().split(',').count();
    let blobs = (1..=labels).map(|n| format!("blob{n}"));
    let own = blobs.chain((1..=doubles).map(|n| format!("double{n}")));
    own.chain(["index1", "timestamp", "_sample_interval"].map(str::to_owned))
        .collect()
}

#[test]
fn when_a_query_is_asked_then_it_has_columns_of_a_data_point_and_words_that_analytics_engine_takes()
{
    let columns = columns();
    assert_eq!(columns.len(), 10, "{columns:?}");
    let questions = both();
    assert!(questions.len() > 20, "{}", questions.len());
    for (query, taken) in questions {
        let tokens = tokens(&query);
        let word = |at: usize| match tokens.get(at) {
            Some(Token::Word(word)) => word.as_str(),
            _ => "",
        };
        let all = 0..tokens.len();
        let aliases: BTreeSet<_> = all
            .clone()
            .filter(|at| word(*at) == "AS")
            .map(|at| word(at + 1))
            .collect();
        for at in all.filter(|at| !word(*at).is_empty()) {
            let (own, before) = (word(at), if at == 0 { "" } else { word(at - 1) });
            let is_call = tokens.get(at + 1) == Some(&Token::Sign('('));
            let is_known = if before == "FROM" {
                ["${dataset}", "one_login"].contains(&own)
            } else if is_call && !WORDS.contains(&own) {
                FUNCTIONS
                    .iter()
                    .any(|function| function.eq_ignore_ascii_case(own))
            } else {
                let is_number = own.parse::<f64>().is_ok();
                let is_moment = ["${__from:date:seconds}", "${__to:date:seconds}"].contains(&own);
                is_number
                    || is_moment
                    || WORDS.contains(&own)
                    || aliases.contains(own)
                    || columns.contains(own)
            };
            assert!(is_known, "{own} in {query}");
        }
        assert!(query.ends_with(" FORMAT JSON"), "{query}");
        assert!(
            query.contains("timestamp > "),
            "no part of the time in {query}"
        );
        for column in taken {
            let selector = column["selector"].as_str().unwrap();
            assert!(
                aliases.contains(selector),
                "{selector} is no column of {query}"
            );
        }
    }
}

/// The texts with which each `blobN` is compared, and those that a condition joins with `AND` before the next `OR`.
fn compared(query: &str) -> Vec<Vec<(String, Vec<String>)>> {
    let tokens = tokens(query);
    let mut groups = vec![Vec::new()];
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            Token::Word(word) if word == "OR" || word == "FROM" => groups.push(Vec::new()),
            Token::Word(word) if word.starts_with("blob") => {
                let mut texts = Vec::new();
                let rest = tokens[at + 1..].iter();
                for token in rest.take_while(|token| {
                    let joins = ["AND", "OR", "AS", "GROUP", "FROM"];
                    !matches!(token, Token::Word(word) if joins.contains(&word.as_str()))
                }) {
                    if let Token::Text(text) = token {
                        texts.push(text.clone());
                    }
                }
                if !texts.is_empty() {
                    groups.last_mut().unwrap().push((word.clone(), texts));
                }
            }
            _ => {}
        }
        at += 1;
    }
    groups
}

#[test]
fn when_a_query_compares_a_label_then_the_worker_writes_it_with_that_event() {
    let rows = table();
    let words = |n: usize| -> BTreeSet<&String> { rows.iter().flat_map(|row| &row[n]).collect() };
    let known = [
        ("blob1", words(0)),
        ("blob2", words(2)),
        ("blob3", words(1)),
    ];
    let levels: Vec<_> = words(1)
        .into_iter()
        .filter(|label| label.starts_with("Cl"))
        .collect();
    let mut count = 0;
    for (query, _) in both() {
        for group in compared(&query) {
            for (column, texts) in &group {
                for text in texts {
                    let is_known = match column.as_str() {
                        // A pattern of levels, or no level at all.
                        "blob5" => {
                            text.is_empty()
                                || levels
                                    .iter()
                                    .any(|level| level.contains(text.trim_matches('%')))
                        }
                        "blob4" => text == "${service}",
                        column => known
                            .iter()
                            .any(|(name, words)| *name == column && words.contains(text)),
                    };
                    assert!(is_known, "{column} is never {text:?}: {query}");
                    count += 1;
                }
            }
            let of = |name: &str| {
                group
                    .iter()
                    .find(|(column, _)| column == name)
                    .map(|(_, texts)| texts)
            };
            let (Some(events), Some(labels)) = (of("blob1"), of("blob3")) else {
                continue;
            };
            for label in labels {
                let has = |row: &&[BTreeSet<String>; 3]| {
                    events.iter().any(|event| row[0].contains(event)) && row[1].contains(label)
                };
                assert!(
                    rows.iter().any(|row| has(&row)),
                    "{events:?} never has {label}"
                );
            }
        }
    }
    assert!(count > 60, "{count}");
}

/// A time as Grafana writes it, such as `1m`.
fn is_duration(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    let number = text.trim_end_matches(['s', 'm', 'h', 'd']);
    number.len() + 1 == text.len() && number.parse::<u32>().is_ok()
}

#[test]
fn when_an_alert_is_provisioned_then_it_has_the_members_of_grafanas_format_and_a_row_in_the_operations_page()
 {
    let alerts = read("alerts.json");
    assert_eq!(alerts["apiVersion"], 1);
    let page = fs::read_to_string(root().join("docs/operations.md")).unwrap();
    let source = fs::read_to_string(root().join(PLACE).join("datasource.yaml")).unwrap();
    let mut ids = BTreeSet::new();
    for group in alerts["groups"].as_array().unwrap() {
        assert!(group["name"].is_string() && group["folder"].is_string());
        assert!(is_duration(&group["interval"]));
        for rule in group["rules"].as_array().unwrap() {
            let id = rule["uid"].as_str().unwrap();
            assert!(id.len() <= 40 && ids.insert(id.to_owned()), "{id}");
            assert!(is_duration(&rule["for"]), "{id}");
            let said = |name: &str| rule[name].as_str().unwrap_or_default().to_owned();
            assert!(
                ["OK", "Alerting"].contains(&said("noDataState").as_str()),
                "{id}"
            );
            assert_eq!(said("execErrState"), "Error", "{id}");
            // Grafana replaces `$NAME` in a title, and `${NAME}` in an annotation, by a variable of its environment.
            assert!(
                !said("title").contains('$') && !rule["annotations"].to_string().contains("${"),
                "{id}"
            );
            assert!(
                ["page", "day"].contains(&rule["labels"]["severity"].as_str().unwrap()),
                "{id}"
            );
            let [asks, decides] = &rule["data"].as_array().unwrap()[..] else {
                panic!("{id}: a question and a decision");
            };
            assert_eq!(
                (&rule["condition"], &decides["model"]["expression"]),
                (&decides["refId"], &asks["refId"]),
                "{id}"
            );
            let at = asks["datasourceUid"].as_str().unwrap();
            assert!(source.contains(&format!("uid: {at}\n")), "{id}");
            // One number decides; texts are labels.
            let columns = asks["model"]["columns"].as_array().unwrap();
            assert_eq!(
                columns
                    .iter()
                    .filter(|column| column["type"] == "number")
                    .count(),
                1,
                "{id}"
            );
            let query = asks["model"]["url_options"]["data"].as_str().unwrap();
            for (column, events) in compared(query).into_iter().flatten() {
                for event in events.iter().filter(|_| column == "blob1") {
                    assert!(
                        page.contains(&format!("`{event}`")),
                        "docs/operations.md has no alert for {event}"
                    );
                }
            }
        }
    }
    assert!(ids.len() > 10, "{}", ids.len());
}
