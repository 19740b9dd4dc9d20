//! The members that there are in a type, by the paths that lead to them.

use super::{Object, Shape, Shapes};

impl Shapes {
    /// Whether a path of member names leads to a member of the type; names the members there are
    /// where it first does not. Lists are walked through.
    ///
    /// # Errors
    /// The step that leads nowhere, and the names that would.
    pub fn lookup<'a>(&self, name: &str, path: &[&'a str]) -> Result<(), (&'a str, Vec<&str>)> {
        let Some(mut shape) = self.named.get(name) else { return Ok(()) };
        for step in path {
            let mut objects = Vec::new();
            self.objects(shape, &mut objects);
            match objects.iter().find_map(|object| object.members.get(*step)) {
                Some(member) => shape = &member.shape,
                None => {
                    return Err((step, objects.iter().flat_map(|o| o.members.keys()).map(String::as_str).collect()));
                }
            }
        }
        Ok(())
    }

    /// Every path of member names into the type, in the order of the contract's names. A type inside
    /// itself is not gone through again.
    #[must_use]
    pub fn paths(&self, name: &str) -> Vec<String> {
        let mut paths = Vec::new();
        if let Some(shape) = self.named.get(name) {
            self.add_paths(shape, "", &mut vec![name], &mut paths);
        }
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    fn add_paths<'a>(&'a self, shape: &'a Shape, prefix: &str, inside: &mut Vec<&'a str>, paths: &mut Vec<String>) {
        match shape {
            Shape::Named(name) if !inside.contains(&name.as_str()) => {
                if let Some(shape) = self.named.get(name) {
                    inside.push(name);
                    self.add_paths(shape, prefix, inside, paths);
                    inside.pop();
                }
            }
            Shape::Choice(options) => {
                for option in options {
                    self.add_paths(option, prefix, inside, paths);
                }
            }
            Shape::Nullable(inner) | Shape::List { item: inner, .. } => self.add_paths(inner, prefix, inside, paths),
            Shape::Object(object) => {
                for (key, member) in &object.members {
                    let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                    self.add_paths(&member.shape, &path, inside, paths);
                    paths.push(path);
                }
            }
            _ => {}
        }
    }

    /// The columns of a table of the type: the path of every member that is one value, and of every one that is a list,
    /// a map or a choice of shapes as a whole; in the order of their names.
    #[must_use]
    pub fn columns(&self, name: &str) -> Vec<String> {
        let mut columns = Vec::new();
        if let Some(shape) = self.named.get(name) {
            self.add_columns(shape, "", &mut columns);
        }
        columns
    }

    fn add_columns(&self, shape: &Shape, path: &str, columns: &mut Vec<String>) {
        match shape {
            Shape::Named(name) if let Some(shape) = self.named.get(name) => self.add_columns(shape, path, columns),
            Shape::Nullable(inner) => self.add_columns(inner, path, columns),
            Shape::Object(object) => {
                for (key, member) in &object.members {
                    let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    self.add_columns(&member.shape, &path, columns);
                }
            }
            _ => columns.push(path.to_owned()),
        }
    }

    /// The objects that a value of a shape, or an item of it, can be.
    pub(super) fn objects<'a>(&'a self, shape: &'a Shape, into: &mut Vec<&'a Object>) {
        match shape {
            Shape::Named(name) => {
                if let Some(shape) = self.named.get(name) {
                    self.objects(shape, into);
                }
            }
            Shape::Choice(options) => {
                for option in options {
                    self.objects(option, into);
                }
            }
            Shape::Nullable(inner) | Shape::List { item: inner, .. } => self.objects(inner, into),
            Shape::Object(object) => into.push(object),
            _ => {}
        }
    }
}
