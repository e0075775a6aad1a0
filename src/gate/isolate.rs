//! The values that an isolate keeps between requests.

use crate::config::map::FastMap;
use std::cell::RefCell;

use crate::config::Config;
use crate::gate::access::names::Names;
use crate::gate::access::opened::Opened;
use crate::gate::access::revocation_cache::RevocationCache;
use crate::gate::access::statement::StatementCache;
use crate::gate::provider::document_cache::Documents;
use crate::gate::switch::known::Switches;
use crate::gate::tally::Tally;

/// The values that an isolate keeps between requests: only the assertions say who a person is.
#[derive(Debug)]
pub struct Isolate {
    /// The deployment, parsed once.
    pub config: Config,
    /// The provider's documents.
    pub documents: Documents,
    /// Signed assertions.
    pub assertions: StatementCache,
    /// Which headers the origin does not get, for the last sets of names.
    pub names: RefCell<Names>,
    /// The sessions of cookies that were opened lately, without the person.
    pub opened: RefCell<Opened>,
    /// The answers of accounts.
    pub revocations: RevocationCache,
    /// The last good record of each switch.
    pub switches: Switches,
    /// How often a log line was left out.
    pub tally: Tally,
    /// Which private keys were seen to fit their public halves, by key id.
    pub proved: RefCell<FastMap<String, bool>>,
}

impl Isolate {
    /// An isolate that has seen no request yet.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            config,
            documents: Documents::default(),
            assertions: StatementCache::default(),
            names: RefCell::default(),
            opened: RefCell::default(),
            revocations: RevocationCache::default(),
            switches: Switches::default(),
            tally: Tally::default(),
            proved: RefCell::default(),
        }
    }
}
