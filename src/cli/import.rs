//! `import FILE…`

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Common, block_on, fail, print, print_faults, tell};
use crate::import::{ImportError, Located, Progress, Report, open_all, run, shipped};
use crate::model::read::format::{Format, check};
use crate::store::Store;

/// Import files
#[derive(Debug, Args)]
pub(super) struct Import {
    /// Files (.yaml, .yml, .ndjson, .jsonl), or folders of them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Check everything and say what would change, but change nothing
    #[arg(long)]
    plan: bool,
    /// Who makes the change, for its history
    #[arg(long, value_name = "NAME", default_value = "import")]
    actor: String,
    /// Why the change is made, for its history
    #[arg(long, value_name = "TEXT", default_value = "Imported from files")]
    reason: String,
}

impl Import {
    pub(super) fn run(self, common: &Common) -> ExitCode {
        let settings = match common.settings() {
            Ok(settings) => settings,
            Err(code) => return code,
        };
        match block_on(self.import(settings.database.url.reveal())) {
            Ok(code) => code,
            Err(error) => fail(error),
        }
    }

    async fn import(&self, database: &str) -> ExitCode {
        for (flag, text) in [("--actor", &self.actor), ("--reason", &self.reason)] {
            if let Err(broken) = check(Format::Line, text) {
                return fail(format!("{flag} cannot be used: {} {}", broken.detail, broken.fix));
            }
        }
        let readers = match open_all(&self.files) {
            Ok(readers) => readers,
            Err(faults) => return faulty(&faults),
        };
        // A plan changes nothing: not even a database that is not there yet.
        let opened = if self.plan { Store::open_existing(database, 2).await } else { Store::open(database, 2).await };
        let store = match opened {
            Ok(store) => store,
            Err(error) => return fail(error),
        };
        if !self.plan
            && let Err(error) = crate::directory::prepare(&store, &shipped(), jiff::Timestamp::now).await
        {
            return fail(error);
        }
        let bar = bar();
        let show = self.plan;
        let mut progress = |progress: Progress| {
            bar.set_position(progress.items);
            bar.set_message(progress.file.display().to_string());
            if show {
                let changes =
                    progress.outcomes.iter().filter(|(_, outcome)| *outcome != crate::directory::Outcome::Unchanged);
                let lines: Vec<String> = changes
                    .map(|(name, outcome)| {
                        format!(
                            "{} {name}
",
                            outcome.word()
                        )
                    })
                    .collect();
                print(&lines.concat());
            }
        };
        let done =
            run(&store, jiff::Timestamp::now, readers, self.plan, &self.actor, &self.reason, &mut progress).await;
        bar.finish_and_clear();
        store.close().await;
        match done {
            Ok(Report { tally, head: Some(head) }) => {
                tell(&format!("{tally}; the directory is at change {}", head.change_number));
                ExitCode::SUCCESS
            }
            Ok(Report { tally, head: None }) => {
                tell(&format!("A plan: {tally}; nothing was changed"));
                ExitCode::SUCCESS
            }
            Err(ImportError::Faults(faults)) => faulty(&faults),
            Err(ImportError::Store(error)) => fail(error),
        }
    }
}

/// A bar on a terminal, nothing elsewhere.
fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} items, {per_sec}, {elapsed} {msg}") {
        bar.set_style(style);
    }
    bar
}

fn faulty(faults: &[Located]) -> ExitCode {
    let errors = print_faults(faults);
    fail(format!("{errors} faults; nothing was imported"))
}
