//! The crates that a build for one platform needs, and which needs which, as cargo resolves them from `Cargo.lock`.

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Node, Package, PackageId};
use shell::child;
use shell::places::Places;
use std::collections::{BTreeMap, BTreeSet};

/// The crates for one platform, the members of this workspace among them.
pub struct Graph {
    metadata: Metadata,
}

impl Graph {
    /// Asks cargo for the crates of a platform, a target triple.
    ///
    /// # Errors
    /// When cargo cannot be asked, or `Cargo.lock` is not up to date.
    pub fn read(places: &Places, target: &str) -> Result<Self> {
        let mut cargo = child::command("cargo");
        cargo
            .args(["metadata", "--format-version", "1", "--locked"])
            .args(["--filter-platform", target])
            .current_dir(&places.root);
        let metadata = MetadataCommand::parse(child::output(&mut cargo)?)
            .context("cargo's metadata cannot be read")?;
        Ok(Self { metadata })
    }

    /// Every crate by its id; each id of the graph is in it.
    pub fn packages(&self) -> BTreeMap<&PackageId, &Package> {
        let packages = self.metadata.packages.iter();
        packages.map(|package| (&package.id, package)).collect()
    }

    /// Every crate with what it needs, in cargo's order.
    pub fn nodes(&self) -> &[Node] {
        match &self.metadata.resolve {
            Some(resolve) => &resolve.nodes,
            None => &[],
        }
    }

    /// These members of the workspace and all that they need, directly or not, in one of these ways.
    pub fn beneath(&self, members: &[&str], kinds: &[DependencyKind]) -> BTreeSet<&PackageId> {
        let nodes: BTreeMap<_, _> = self.nodes().iter().map(|node| (&node.id, node)).collect();
        let own = self.metadata.workspace_packages().into_iter();
        let mut open: Vec<_> = own
            .filter(|package| members.contains(&package.name.as_str()))
            .map(|package| &package.id)
            .collect();
        let mut found = BTreeSet::new();
        while let Some(id) = open.pop() {
            if found.insert(id) {
                open.extend(
                    nodes
                        .get(id)
                        .into_iter()
                        .flat_map(|node| needed(node, kinds)),
                );
            }
        }
        found
    }
}

/// The crates that a crate needs in one of these ways.
pub fn needed<'a>(node: &'a Node, kinds: &[DependencyKind]) -> impl Iterator<Item = &'a PackageId> {
    let is_needed = |kind: &cargo_metadata::DepKindInfo| kinds.contains(&kind.kind);
    node.deps
        .iter()
        .filter(move |dep| dep.dep_kinds.iter().any(is_needed))
        .map(|dep| &dep.pkg)
}
