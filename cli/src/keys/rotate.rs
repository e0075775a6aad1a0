//! `cargo edge keys rotate`: the next step of a rotation, said and with `--write` done.

mod asked;
mod emergency;
mod refused;

pub use asked::Options;
use asked::uses;

use crate::difference;
use crate::keys::key::Key;
use crate::keys::outside::Changes;
use crate::keys::rotation::{self, Position, Step, Waits};
use crate::keys::scene::{Absent, Answer, Scene, standing};
use crate::keys::state::{Kind, Pair, Slot};
use crate::keys::when::span;
use anyhow::{Result, bail, ensure};
use shell::terminal::Page;

/// Says or does the next step.
///
/// # Errors
/// When the step is not safe; the message says what to do and from when it is.
pub fn run(scene: &mut Scene<'_>, kind: Kind, options: &Options) -> Result<Answer> {
    if options.emergency {
        return emergency::run(scene, kind, options);
    }
    let Some(pair) = scene.store.pair(kind).cloned() else {
        bail!(
            "{} has no {kind} key; make one, or if Cloudflare has one that nobody remembers, replace it:\n\n{}\n{}",
            scene.store.name(kind),
            scene.line("new", ""),
            scene.line(&format!("rotate {kind}"), " --emergency")
        );
    };
    let waits = Waits::of(kind, scene.deployment.longest_seal());
    let named = scene.deployment.named(kind)?;
    let waiting = match rotation::position(&pair, named, waits) {
        Position::Chosen(slot, from) if scene.now >= from => Some(slot),
        Position::Returning(slot) => Some(slot),
        Position::Leaving(_, after) if scene.now >= after => Some(pair.active),
        _ => None,
    };
    ensure!(
        !options.deployed || waiting.is_some(),
        "no deployment is waited for, so --deployed says nothing; leave it out"
    );
    let deployed = match waiting {
        Some(_) if options.deployed => true,
        Some(slot) => uses(scene, kind, &pair, slot)?,
        None => false,
    };
    let turn = Turn {
        kind,
        pair,
        waits,
        write: options.write,
    };
    match rotation::next(&turn.pair, named, waits, scene.now, deployed) {
        Ok(step) => turn.take(scene, step),
        Err(refusal) => bail!("{}", turn.refuse(scene, refusal)),
    }
}

/// A step of one kind of key.
struct Turn {
    kind: Kind,
    pair: Pair,
    waits: Waits,
    write: bool,
}

impl Turn {
    fn take(mut self, scene: &mut Scene<'_>, step: Step) -> Result<Answer> {
        let mut page = Page::default();
        self.status(scene, &mut page);
        match step {
            Step::Publish(slot) => self.publish(scene, &mut page, slot)?,
            Step::Choose(slot) => self.choose(scene, &mut page, slot)?,
            Step::Confirm(slot) => self.confirm(scene, &mut page, slot)?,
            Step::Retire(slot) => self.retire(scene, &mut page, slot)?,
        }
        if !self.write {
            page.paragraph("Nothing was changed. To do it:");
            page.block([self.again(scene, " --write")]);
        }
        Ok(Answer::of(page))
    }

    fn again(&self, scene: &Scene<'_>, more: &str) -> String {
        scene.line(&format!("rotate {}", self.kind), more)
    }

    fn status(&self, scene: &Scene<'_>, page: &mut Page) {
        let slots = self.pair.generations.keys().map(|slot| {
            let name = scene.deployment.secret(self.kind, *slot);
            format!("{name}\n  {}", standing(&self.pair, *slot, self.waits))
        });
        page.block(slots.collect::<Vec<_>>());
    }

    fn publish(&mut self, scene: &mut Scene<'_>, page: &mut Page, slot: Slot) -> Result<()> {
        let name = scene.deployment.secret(self.kind, slot);
        let beside = match self.kind {
            Kind::Session => "It opens cookies and seals none yet",
            Kind::Client | Kind::Assertion => "It is published and signs nothing yet",
        };
        if !self.write {
            page.paragraph(&format!(
                "Next: make a new key and hand it to Cloudflare as {name}. {beside}."
            ));
            return Ok(());
        }
        let there = scene.approach(Absent::IsWrong)?;
        scene.must_be_free(self.kind, slot, &there)?;
        let key = Key::successor(scene.outside, self.kind, Some(&self.pair))?;
        let generation = scene.remember(&key)?;
        rotation::publish(&mut self.pair, slot, generation.clone());
        scene.store.set(self.kind, self.pair.clone());
        let mut changes = Changes::default();
        changes.set(name.clone(), key.secret);
        scene.hand_over(&changes, &there)?;
        page.paragraph(&format!(
            "Done: Cloudflare has a new key as {name}. {beside}."
        ));
        if let Some(kid) = &generation.kid {
            page.block([format!("kid {kid}")]);
        }
        scene.commit_hint(page, &[scene.store.name(self.kind)]);
        let from = scene.now.after(self.waits.publish);
        page.paragraph(&format!(
            "{} It is safe from {}:",
            self.why(),
            from.seen_from(scene.now)
        ));
        page.block([self.again(scene, "")]);
        Ok(())
    }

    /// Why the next key waits before it is used.
    fn why(&self) -> String {
        let wait = span(self.waits.publish);
        match self.kind {
            Kind::Client => format!(
                "One Login may keep the key set that it read for {wait}, so the new key signs after that."
            ),
            Kind::Assertion => format!(
                "Your service keeps the key set for a while, so the new key signs {wait} after this."
            ),
            Kind::Session => format!(
                "Every part of the world must have the key before the first cookie is sealed with it, {wait} after this."
            ),
        }
    }

    fn choose(&self, scene: &mut Scene<'_>, page: &mut Page, slot: Slot) -> Result<()> {
        let text = scene.deployment.naming(self.kind, slot)?;
        page.paragraph(&match self.write {
            true => format!("Done: wrangler.toml names {slot}. What changed:"),
            false => format!("Next: name {slot} in wrangler.toml. What would change:"),
        });
        page.block(difference::show(scene.deployment.text(), &text).lines());
        if self.write {
            scene.deployment.write(&text)?;
            page.paragraph("Commit wrangler.toml and deploy:");
            page.block([format!(
                "  npx wrangler deploy --env {}",
                scene.deployment.environment
            )]);
            page.paragraph("Then let the deployment's health page be asked which key it uses:");
            page.block([self.again(scene, " --write")]);
        }
        Ok(())
    }

    fn confirm(&mut self, scene: &mut Scene<'_>, page: &mut Page, slot: Slot) -> Result<()> {
        let from = scene.now.after(self.waits.retire);
        let old = scene.deployment.secret(self.kind, slot.other());
        if !self.write {
            page.paragraph(&format!(
                "The deployment uses {slot}. Next: note it, so that {old} may go {} later.",
                span(self.waits.retire)
            ));
            return Ok(());
        }
        rotation::confirm(&mut self.pair, slot, self.waits, scene.now);
        scene.store.set(self.kind, self.pair.clone());
        scene.store.prepare()?.commit()?;
        page.paragraph(&format!("Done: noted that the deployment uses {slot}."));
        scene.commit_hint(page, &[scene.store.name(self.kind)]);
        page.paragraph(&format!("{old} may go from {}:", from.seen_from(scene.now)));
        page.block([self.again(scene, "")]);
        Ok(())
    }

    fn retire(&mut self, scene: &mut Scene<'_>, page: &mut Page, slot: Slot) -> Result<()> {
        let name = scene.deployment.secret(self.kind, slot);
        ensure!(
            !scene.deployment.requires(&name),
            "`required` in wrangler.toml still names {name}, so no deployment would work without it; name {} there",
            scene.deployment.secret(self.kind, slot.other())
        );
        if !self.write {
            page.paragraph(&format!("Next: delete {name} at Cloudflare for good."));
            return Ok(());
        }
        let there = scene.approach(Absent::IsWrong)?;
        rotation::retire(&mut self.pair, slot, scene.now, false);
        scene.store.set(self.kind, self.pair.clone());
        let mut changes = Changes::default();
        changes.delete(name.clone());
        scene.hand_over(&changes, &there)?;
        page.paragraph(&format!(
            "Done: {name} is deleted. The rotation is complete."
        ));
        scene.commit_hint(page, &[scene.store.name(self.kind)]);
        Ok(())
    }
}
