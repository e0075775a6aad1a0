//! Sessions that end: the provider's notifications, and the person's sign-out.

use serde_json::json;
use simulator::http;
use simulator::provider::notification::{Notice, Outgoing};
use simulator::provider::personas::Persona;

use super::{Browser, CLIENT, HOST, Incoming, Shown, World};

/// The address that the provider sends from.
pub const PROVIDERS_ADDRESS: &str = "198.51.100.9";

impl World {
    /// The provider sends one notification about the person, made as the change says.
    pub fn notify(&self, persona: &str, change: impl FnOnce(&mut Notice)) -> Shown {
        self.ask(self.notification(persona, change))
    }

    /// The same as a request that is still to be sent.
    pub fn notification(&self, persona: &str, change: impl FnOnce(&mut Notice)) -> Incoming {
        let mut notice = Notice {
            client_id: CLIENT.to_owned(),
            sub: Persona::find(persona).unwrap().subject(HOST),
            ..Notice::default()
        };
        change(&mut notice);
        let outgoing = self.provider().notify(self.now(), &notice).unwrap();
        incoming(&outgoing)
    }

    /// Everything that the provider has to say is sent once; the statuses that it got.
    pub fn deliver(&self) -> Vec<u16> {
        let outgoing = self.provider().take_notifications(self.now());
        let deliver = |outgoing: Outgoing| {
            let status = self.ask(incoming(&outgoing)).status;
            self.provider().notification_result(outgoing.id, Ok(status));
            status
        };
        outgoing.into_iter().map(deliver).collect()
    }

    /// The provider ends all of a person's sessions there, as when an account is blocked.
    pub fn end_at_provider(&self, persona: &str) {
        let order = json!({ "persona": persona }).to_string();
        let request = http::Request {
            body: order.into_bytes(),
            ..http::Request::post_form("/control/end-session", "")
        };
        assert_eq!(self.outside.ask_provider(&request).status, 200);
    }
}

impl Browser {
    /// Follows a link of the service's own page to sign out, up to the redirect.
    pub fn sign_out(&mut self, world: &World, query: &str) -> Shown {
        self.send(world, own(&format!("/auth/sign-out{query}")))
    }
}

/// A navigation from a page of the service.
pub fn own(address: &str) -> Incoming {
    from_site(address, "same-origin")
}

/// A navigation from somewhere, by the browser's own word.
pub fn from_site(address: &str, site: &str) -> Incoming {
    Incoming::get(address)
        .with("accept", "text/html")
        .with("sec-fetch-dest", "document")
        .with("sec-fetch-mode", "navigate")
        .with("sec-fetch-site", site)
}

fn incoming(outgoing: &Outgoing) -> Incoming {
    Incoming {
        method: outgoing.method.to_owned(),
        url: outgoing.uri.clone(),
        headers: outgoing.headers.clone(),
        body: outgoing.body.clone(),
    }
    .with("user-agent", "Java-http-client/21")
    .with("cf-connecting-ip", PROVIDERS_ADDRESS)
}
