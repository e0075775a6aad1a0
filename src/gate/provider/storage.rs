//! The provider's documents in KV, each behind a code under a key of this deployment.

use std::rc::Rc;

use super::document_cache::{Held, Kind};
use crate::config::Service;
use crate::gate::context::Context;
use crate::platform::{EventOutcome, Platform};

/// The key of a document in KV.
pub fn name<T>(kind: &Kind<T>, service: &Service) -> String {
    format!("v2/{}{}", (kind.owner)(service), kind.name)
}

/// Takes KV's copy into memory if it is authentic and newer.
pub async fn read_stored<T, P: Platform>(context: &Context<P>, kind: &Kind<T>) {
    let owner = (kind.owner)(&context.service);
    let cache = (kind.cache)(&context.isolate.documents);
    let text = match context.platform.stored(&name(kind, &context.service)).await {
        Ok(text) => text,
        Err(outage) => {
            context.log_summed(
                EventOutcome::Failed,
                "documents_unreadable",
                outage.label(),
                kind.name,
            );
            None
        }
    };
    let copy = text.and_then(|text| unpack(context, kind, &text));
    match copy {
        Some(copy) => cache.offer(owner, copy),
        None => cache.reread(owner, context.now),
    }
}

/// The copy in a stored text: its code, when it was fetched and for how long it is fresh, and then the
/// document itself, the first three with a line's end after each. `None` for one without our code, or from the future.
fn unpack<T, P: Platform>(context: &Context<P>, kind: &Kind<T>, text: &str) -> Option<Held<T>> {
    let ring = context.isolate.config.ring.as_ref()?;
    let (tag, stored) = text.split_once('\n')?;
    let provider = &context.service.provider;
    if !ring.is_authentic(
        format!("{}\n{stored}", name(kind, &context.service)).as_bytes(),
        tag,
    ) {
        context.log_summed(
            EventOutcome::Failed,
            "document_not_authentic",
            kind.name,
            "",
        );
        return None;
    }
    let mut lines = stored.splitn(3, '\n');
    let fetched_at: i64 = lines.next()?.parse().ok()?;
    let max_age = lines.next()?.parse().ok()?;
    let value = (kind.parse)(lines.next()?.as_bytes(), provider).ok()?;
    (fetched_at <= context.now + crate::oidc::SKEW).then(|| Held {
        value: Rc::new(value),
        fetched_at,
        max_age,
        read_at: context.now,
        number: 0,
    })
}

/// Keeps a document in KV; no request waits for that.
pub fn store<P: Platform>(context: &Context<P>, name: String, max_age: i64, body: Vec<u8>) {
    let (Some(ring), Ok(body)) = (&context.isolate.config.ring, String::from_utf8(body)) else {
        return;
    };
    let stored = format!("{}\n{max_age}\n{body}", context.now);
    let tag = ring.authenticate(format!("{name}\n{stored}").as_bytes());
    let behind = context.clone();
    context.platform.spawn(async move {
        let text = format!("{tag}\n{stored}");
        if let Err(outage) = behind.platform.store(&name, &text).await {
            behind.log_summed(
                EventOutcome::Failed,
                "document_not_stored",
                outage.label(),
                "",
            );
        }
    });
}
