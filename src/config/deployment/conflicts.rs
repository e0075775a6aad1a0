//! Services of one deployment that cannot be served together.

use super::{Config, Read};
use crate::config::fault::Fault;
use crate::config::service::Origin;

impl Config {
    /// Closes services that share a host or a client id: neither could be told from the other.
    pub(super) fn close_duplicates(&mut self, read: &mut [Read]) {
        let mut seen: Vec<(String, usize)> = Vec::new();
        let mut doubled = Vec::new();
        for (index, Read { id, hosts, service }) in read.iter().enumerate() {
            let client = service
                .iter()
                .map(|service| format!("client {}", service.client_id));
            for name in hosts
                .iter()
                .map(|host| format!("host {host}"))
                .chain(client)
            {
                let problem = format!("the {name} belongs to another service as well");
                let before = seen.iter_mut().find(|(other, _)| *other == name);
                let first = match before {
                    Some((_, last)) => std::mem::replace(last, index),
                    None => {
                        seen.push((name, index));
                        index
                    }
                };
                if first != index {
                    self.faults.push(Fault {
                        service: Some(id.clone()),
                        field: "(table)".to_owned(),
                        problem,
                    });
                    doubled.extend([first, index]);
                }
            }
        }
        for index in doubled {
            read[index].service = None;
        }
    }

    /// Closes services that send requests to a host of this deployment: they would go round.
    pub(super) fn close_circles(&mut self, read: &mut [Read]) {
        let hosts: Vec<String> = read.iter().flat_map(|read| read.hosts.clone()).collect();
        for Read { id, service, .. } in read {
            let origin = service.as_ref().map(|service| &service.origin);
            let Some(Origin::Url(url)) = origin else {
                continue;
            };
            let host = url.split_once("://").map_or("", |(_, host)| host);
            if hosts.iter().any(|own| own == host) {
                self.faults.push(Fault {
                    service: Some(id.clone()),
                    field: "origin".to_owned(),
                    problem: "is a host of this deployment; leave it out to use the route's origin"
                        .to_owned(),
                });
                *service = None;
            }
        }
    }
}
