//! Calls and answers between the edge and the provider, converted to the types of either side.

use one_login_edge::platform::{Answer, Body, Call, MAX_ANSWER, Outage};
use simulator::http::{self, Delivery, Response};

use super::settings::{IDENTITY, ISSUER};

/// A call as it arrives at the provider.
pub fn as_provider_sees(call: &Call) -> http::Request {
    let target = [ISSUER, IDENTITY].iter().find_map(|home| {
        let home = home.trim_end_matches('/');
        call.url.strip_prefix(home)
    });
    let target = target.unwrap_or_default();
    let request = match &call.body {
        Body::Nothing => http::Request::get(target),
        Body::Bearer(token) => {
            let value = format!("Bearer {}", token.expose());
            http::Request::get(target).with_header("authorization", &value)
        }
        Body::Form(form) => http::Request::post_form(target, form.expose()),
    };
    request.with_header("user-agent", &call.user_agent)
}

/// The provider's answer as the edge's fetch would report it.
pub fn received(response: Response) -> Result<Answer, Outage> {
    match response.delivery {
        Delivery::AtOnce => {}
        Delivery::Hang | Delivery::Drip => return Err(Outage::TimedOut),
        Delivery::FiftyMegabytes => return Err(Outage::TooLarge),
        Delivery::CutShort | Delivery::Reset => return Err(Outage::Unreachable),
    }
    if response.header("content-encoding") == Some("gzip") {
        // The provider compresses only the bomb, which has no end once it is opened.
        // A body that is only labelled as compressed cannot be read: it breaks off.
        let bomb = response.body.starts_with(&[0x1f, 0x8b]);
        return Err(if bomb {
            Outage::TooLarge
        } else {
            Outage::Unreachable
        });
    }
    if response.body.len() > MAX_ANSWER {
        return Err(Outage::TooLarge);
    }
    Ok(Answer {
        status: response.status,
        cache_control: response
            .header("cache-control")
            .unwrap_or_default()
            .to_owned(),
        retry_after: response
            .header("retry-after")
            .unwrap_or_default()
            .to_owned(),
        body: response.body,
    })
}
