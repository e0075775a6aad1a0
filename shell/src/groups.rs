//! Every program that is started gets a process group of its own, and none outlives this one: a signal ends whole
//! groups, so children of children (wrangler's workerd, Chromium's helpers) go as well.

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, exit};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a group may take to end by itself before it is killed.
const PATIENCE: Duration = Duration::from_secs(5);

/// The exit code that a shell reports for a program that a Ctrl-C ended.
const INTERRUPTED: i32 = 130;

static RUNNING: Mutex<Running> = Mutex::new(Running {
    groups: Vec::new(),
    ending: false,
});

/// Whether a signal is the ordinary way to end, as it is once `cargo edge dev` is up.
static SIGNAL_IS_SUCCESS: AtomicBool = AtomicBool::new(false);

struct Running {
    groups: Vec<Pid>,
    ending: bool,
}

/// Ctrl-C, SIGTERM and a closed terminal end all groups and then this program.
pub fn end_children_on_signals() -> Result<()> {
    ctrlc::set_handler(|| {
        end_all();
        exit(if SIGNAL_IS_SUCCESS.load(Ordering::Relaxed) {
            0
        } else {
            INTERRUPTED
        });
    })
    .context("the handler for Ctrl-C cannot be set")
}

/// From now on a signal means "enough, thank you".
pub fn a_signal_is_success() {
    SIGNAL_IS_SUCCESS.store(true, Ordering::Relaxed);
}

/// Once a signal has come, waits for the end instead of reporting children as failed: they were told to stop.
pub fn wait_if_ending() {
    if running().ending {
        sleep(PATIENCE * 2);
    }
}

/// Starts a program in a group of its own. The lock is held meanwhile, so no signal falls between start and note.
pub fn spawn(command: &mut Command) -> Result<Child> {
    let mut running = running();
    if running.ending {
        bail!("stopping");
    }
    let program = command.get_program().to_string_lossy().into_owned();
    let child = command
        .process_group(0)
        .spawn()
        .with_context(|| format!("`{program}` cannot be started"))?;
    running.groups.push(group_of(&child));
    Ok(child)
}

/// Ends one group, with whatever is left in it, and waits for its leader.
pub fn end(child: &mut Child) {
    let group = group_of(child);
    running().groups.retain(|other| *other != group);
    end_groups(&[group]);
    let _ = child.wait();
}

/// Ends every group that was started and not yet ended; nothing more can be started afterwards.
pub fn end_all() {
    let groups = {
        let mut running = running();
        running.ending = true;
        std::mem::take(&mut running.groups)
    };
    end_groups(&groups);
}

fn end_groups(groups: &[Pid]) {
    for group in groups {
        let _ = killpg(*group, Signal::SIGTERM);
    }
    let deadline = Instant::now() + PATIENCE;
    for group in groups {
        while is_alive(*group) {
            if Instant::now() >= deadline {
                let _ = killpg(*group, Signal::SIGKILL);
                break;
            }
            sleep(Duration::from_millis(20));
        }
    }
}

/// A leader that ended but was not waited for still counts as a member of its group, so it is waited for first.
fn is_alive(group: Pid) -> bool {
    let _ = waitpid(group, Some(WaitPidFlag::WNOHANG));
    killpg(group, None).is_ok()
}

fn group_of(child: &Child) -> Pid {
    Pid::from_raw(child.id().cast_signed())
}

/// A panic while the list was held leaves it whole: every change to it is one statement.
fn running() -> MutexGuard<'static, Running> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}
