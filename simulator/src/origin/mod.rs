//! The demo service behind the edge: the example that a service team copies.
//!
//! [`verify`], [`token`], [`person`], [`claims`], [`identity`] and [`key_set`] are the parts to copy; [`site`] shows how
//! pages use them, and [`application`] how a form is filled in from what was proved, and [`closing`] how a service ends sessions. [`desk_forms`] is for the desk. [`probes`] and [`wire`] are for
//! tests of the edge: they show exactly what reached this service, byte for byte.

pub mod app;
pub mod application;
pub mod apply_pages;
pub mod claims;
pub mod closing;
pub mod desk_forms;
pub mod identity;
pub mod key_set;
pub mod pages;
pub mod person;
pub mod probes;
pub mod range;
pub mod settings;
pub mod site;
pub mod staff;
pub mod token;
pub mod verify;
pub mod wire;

use std::sync::Arc;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};

use crate::listen::{self, Stop};
use app::App;
use settings::Settings;
use verify::Verifier;
use wire::{Head, Recorder, Tapped};

/// Serves the demo until the program is asked to stop.
pub async fn serve(listener: TcpListener, settings: Settings) -> Result<(), String> {
    let recorder = Arc::new(Recorder::default());
    let app = Arc::new(App {
        closing: closing::Closing::new(&settings),
        verifier: Verifier::new(settings),
        recorder: recorder.clone(),
    });
    let router = site::routes()
        .merge(probes::routes())
        .merge(desk_forms::routes())
        .with_state(app);
    let stop = Stop::watch()?;
    listen::announce(&listener)?;
    tokio::select! {
        failed = accept(listener, router, recorder) => Err(failed),
        () = stop.asked() => Ok(()),
    }
}

/// Takes connections for ever; returns only the error that made this impossible.
async fn accept(listener: TcpListener, router: Router, recorder: Arc<Recorder>) -> String {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, router.clone(), recorder.clone()));
            }
            Err(error) => return error.to_string(),
        }
    }
}

/// Answers the one request of a connection. There is no second, so that the first line read from the socket is without
/// doubt the line of the request that a handler sees.
async fn connection(stream: TcpStream, router: Router, recorder: Arc<Recorder>) {
    // Small events must go out at once; a socket that refuses this option still works.
    let _ = stream.set_nodelay(true);
    let head = Head::default();
    let tapped = Tapped::new(stream, head.clone(), recorder);
    let service = TowerToHyperService::new(router.layer(Extension(head)));
    let served = http1::Builder::new()
        .keep_alive(false)
        .serve_connection(TokioIo::new(tapped), service)
        .with_upgrades()
        .await;
    if let Err(error) = served {
        eprintln!("origin: connection ended: {error}");
    }
}
