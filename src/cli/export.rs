//! `export`

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{Common, block_on, fail, tell};
use crate::formats::{ndjson, yaml};
use crate::model::codes::Kind;
use crate::store::{EntryRow, Loaded, State, Store};

/// Export every term and every current entry, drafts included
#[derive(Debug, Args)]
pub(super) struct Export {
    /// The form
    #[arg(long, value_enum, default_value_t = Format::Yaml)]
    format: Format,
    /// Write to this file, or for YAML to this folder, one file a kind; standard output otherwise
    #[arg(long, value_name = "PATH")]
    to: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The form of the files in data/
    Yaml,
    /// One term or entry a line
    Ndjson,
}

impl Export {
    pub(super) fn run(self, common: &Common) -> ExitCode {
        let settings = match common.settings() {
            Ok(settings) => settings,
            Err(code) => return code,
        };
        let loaded = block_on(async {
            let store = Store::open_existing(settings.database.url.reveal(), settings.database.max_connections).await?;
            let loaded = store.load().await?;
            store.close().await;
            Ok::<_, crate::store::StoreError>(loaded)
        });
        let loaded = match loaded {
            Ok(Ok(loaded)) => loaded,
            Ok(Err(error)) => return fail(error),
            Err(error) => return fail(error),
        };
        match self.write(loaded) {
            Ok(count) => {
                tell(&format!("{count} terms and entries exported"));
                ExitCode::SUCCESS
            }
            Err(error) => fail(format!("the export cannot be written: {error}")),
        }
    }

    fn write(&self, mut loaded: Loaded) -> io::Result<usize> {
        loaded.terms.sort_by(|a, b| (&a.scheme, a.change_number, &a.code).cmp(&(&b.scheme, b.change_number, &b.code)));
        loaded.entries.retain(|row| row.state == State::Current);
        loaded.entries.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
        let terms: Vec<&str> = loaded.terms.iter().map(|row| row.body.as_str()).collect();
        let all = terms.iter().copied().chain(loaded.entries.iter().map(|row| row.body.as_str()));
        match (self.format, &self.to) {
            (Format::Yaml, Some(folder)) => {
                std::fs::create_dir_all(folder)?;
                self.write_file(&folder.join("vocabularies.yaml"), terms.iter().copied())?;
                for kind in Kind::ALL {
                    let bodies =
                        loaded.entries.iter().filter(|row| row.kind == *kind).map(|row: &EntryRow| row.body.as_str());
                    self.write_file(&folder.join(format!("{}.yaml", crate::http::collection(*kind))), bodies)?;
                }
            }
            (_, Some(file)) => self.write_file(file, all)?,
            (_, None) => self.write_to(&mut BufWriter::new(io::stdout().lock()), all)?,
        }
        Ok(loaded.terms.len() + loaded.entries.len())
    }

    fn write_file<'a>(&self, path: &Path, bodies: impl Iterator<Item = &'a str>) -> io::Result<()> {
        self.write_to(&mut BufWriter::new(File::create(path)?), bodies)
    }

    fn write_to<'a>(&self, out: &mut impl Write, bodies: impl Iterator<Item = &'a str>) -> io::Result<()> {
        for body in bodies {
            match self.format {
                Format::Yaml => yaml::write(out, body)?,
                Format::Ndjson => ndjson::write(out, body)?,
            }
        }
        out.flush()
    }
}
