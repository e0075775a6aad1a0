//! The answer to a program, on a route whose origin judges `Authorization`.

use super::{Passage, pass};
use crate::gate::access::cross_origin;
use crate::gate::decision::Verdict;
use crate::platform::Platform;

impl<P: Platform> Passage<'_, P> {
    /// Lets a program pass that has credentials for the origin to judge. No cookie is read or set.
    pub(super) fn program(&self) -> Verdict {
        let authorization = self.request.headers.get("authorization");
        if authorization.is_none_or(|value| value.trim().is_empty()) {
            let context = self.context.logging(self.request);
            context.log_refused("refused", "no_authorization");
            return cross_origin::unauthorised_program(&context.service).into();
        }
        let mut out = self.forward(None);
        out.answer.personal = true;
        out.answer.unkept = self.rule.unkept;
        pass(out)
    }
}
