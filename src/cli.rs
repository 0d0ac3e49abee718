//! The command line: what the program can be told to do.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};
use koektrommel_core::identifier::OfficerName;

use crate::{
    accounts::{self, Role},
    clock::Clock,
    config::{self, Config},
    environment::variable,
    folder::Folder,
    keys::{KeyRing, LogKey},
    verify::{self, cli::What},
};

mod operator;
mod serve;

/// A cookie-consent and privacy-notice server whose log proves itself.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves; what `koektrommel` alone does.
    Serve(ServeArgs),
    /// Tests a configuration and names every fault with file, line and key.
    CheckConfig {
        /// The configuration file (or KOEKTROMMEL_CONFIG); the built-in example without it.
        file: Option<PathBuf>,
    },
    /// Accounts of the staff who may read the log; works while the server runs.
    Officer(OfficerArgs),
    /// Rehashes a whole data folder, or a download, and names the first thing that is wrong.
    ///
    /// A data folder is opened as the server opens it: stop the server first, and run this as its user. Opening
    /// puts away what a program that died left behind; to leave every byte as it is, verify a copy.
    Verify(VerifyArgs),
    /// Erases what has reached the end of its term, and prints what went; the server does so every day by itself.
    Retain(operator::RetainArgs),
    /// Erases records, and prints what went. The log keeps a statement of it. Works while the server runs.
    Erase(operator::EraseArgs),
    /// Writes the log and all that goes with it into one file. Works while the server runs.
    Backup(operator::BackupArgs),
    /// Makes a data folder from a backup, with the same root, in an empty place.
    Restore(operator::RestoreArgs),
    /// Writes the log as a file for others: the whole of it, or a table. It is recorded as a reading of the log.
    Export(operator::ExportArgs),
    /// Makes a data folder from an export, with the same root, in an empty place.
    Import(operator::RestoreArgs),
    /// The secrets that sign cookies, and the key that signs the log.
    #[command(subcommand)]
    Keys(KeysCommand),
}

#[derive(Debug, Args)]
struct ServeArgs {
    /// The configuration file (or KOEKTROMMEL_CONFIG); the built-in example without it.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Address and port to listen on (or KOEKTROMMEL_LISTEN); port 0 takes a free one.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// The data folder (or KOEKTROMMEL_DATA).
    #[arg(long)]
    data: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct DataArgs {
    /// The data folder (or KOEKTROMMEL_DATA); `data` without it.
    #[arg(long, global = true)]
    data: Option<PathBuf>,
}

impl DataArgs {
    fn path(&self) -> PathBuf {
        let named = self.data.clone().or_else(|| variable("KOEKTROMMEL_DATA").map(PathBuf::from));
        named.unwrap_or_else(|| PathBuf::from("data"))
    }
}

#[derive(Debug, Args)]
struct OfficerArgs {
    #[command(subcommand)]
    command: OfficerCommand,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Debug, Subcommand)]
enum OfficerCommand {
    /// Adds an account.
    Add {
        /// The name to sign in with.
        name: OfficerName,
        /// What the account may do: officer (reads the log), webteam, board or admin.
        #[arg(long)]
        role: Role,
        /// Reads the password from standard input instead of asking for it.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Gives an account another password and signs it out everywhere.
    Password {
        /// The name of the account.
        name: OfficerName,
        /// Reads the password from standard input instead of asking for it.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Makes a bearer token for an account and prints the token alone.
    Token {
        /// The name of the account.
        name: OfficerName,
    },
    /// Takes a token away, or all tokens of an account.
    Revoke {
        /// The name of the account.
        name: OfficerName,
        /// The id of one token; all of them without it.
        id: Option<String>,
    },
    /// Takes an account away.
    Remove {
        /// The name of the account.
        name: OfficerName,
    },
    /// Prints names and roles.
    List,
}

#[derive(Debug, Args)]
struct VerifyArgs {
    /// A download as NDJSON, or a data folder; the folder that --data names without it.
    file: Option<PathBuf>,
    /// A checkpoint that was kept elsewhere, which download or folder must agree with.
    #[arg(long)]
    checkpoint: Option<PathBuf>,
    /// The log's public keys, as `/privacy/log/key` shows them, or a file with them.
    #[arg(long)]
    key: Option<String>,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Makes a new cookie key. The one before still verifies until its cookies expire.
    Rotate {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Makes a new key for the log; the server must be stopped. The public half of the one before stays published.
    RotateLog {
        #[command(flatten)]
        data: DataArgs,
    },
}

/// Reads the command line and does what it says.
#[must_use]
pub fn main() -> ExitCode {
    run(Cli::parse())
}

fn run(cli: Cli) -> ExitCode {
    let result = match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(args) => load(&args).and_then(serve::run),
        Command::CheckConfig { file } => check_config(config_file(file).as_deref()),
        Command::Officer(command) => officer(command),
        Command::Verify(args) => return verify(args),
        Command::Retain(args) => operator::retain(&args),
        Command::Erase(args) => operator::erase(args),
        Command::Backup(args) => operator::backup(&args),
        Command::Restore(args) => operator::restore(args, true),
        Command::Export(args) => operator::export(args),
        Command::Import(args) => operator::restore(args, false),
        Command::Keys(KeysCommand::Rotate { data }) => rotate(&data),
        Command::Keys(KeysCommand::RotateLog { data }) => rotate_log(&data),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            complain(&message);
            ExitCode::FAILURE
        }
    }
}

/// The configuration as flags, variables and file have it, in this order.
fn load(args: &ServeArgs) -> Result<Config, String> {
    let mut config =
        config::load(config_file(args.config.clone()).as_deref()).map_err(|error| error.to_string())?;
    let listen = variable("KOEKTROMMEL_LISTEN").map(|text| {
        text.parse()
            .map_err(|_| "KOEKTROMMEL_LISTEN must be an address and a port: 127.0.0.1:8080".to_owned())
    });
    config.listen = args.listen.or(listen.transpose()?).unwrap_or(config.listen);
    let data = args.data.clone().or_else(|| variable("KOEKTROMMEL_DATA").map(PathBuf::from));
    config.data = data.unwrap_or(config.data);
    Ok(config)
}

fn config_file(flag: Option<PathBuf>) -> Option<PathBuf> {
    flag.or_else(|| variable("KOEKTROMMEL_CONFIG").map(PathBuf::from))
}

fn check_config(file: Option<&Path>) -> Result<(), String> {
    let config = config::load(file).map_err(|error| error.to_string())?;
    let name = file.map_or("The built-in example".to_owned(), |file| file.display().to_string());
    say(&format!("{name} is right: {} site(s).", config.sites.len()));
    Ok(())
}

fn officer(args: OfficerArgs) -> Result<(), String> {
    use accounts::cli::Command as Do;
    // Only the first account may come before the first start: elsewhere a missing folder is a typing error.
    let open = match args.command {
        OfficerCommand::Add { .. } => Folder::open_or_create,
        _ => Folder::open,
    };
    let folder = open(&args.data.path()).map_err(|error| error.to_string())?;
    let command = match args.command {
        OfficerCommand::Add { name, role, password_stdin } => Do::Add { name, role, password_stdin },
        OfficerCommand::Password { name, password_stdin } => Do::Password { name, password_stdin },
        OfficerCommand::Token { name } => Do::Token { name },
        OfficerCommand::Revoke { name, id } => Do::Revoke { name, id },
        OfficerCommand::Remove { name } => Do::Remove { name },
        OfficerCommand::List => Do::List,
    };
    let (mut input, mut output, mut remarks) = (io::stdin(), io::stdout(), io::stderr());
    accounts::cli::run(&folder, &command, &Clock::system(), &mut input, &mut output, &mut remarks)
        .map_err(|error| error.to_string())
}

fn verify(args: VerifyArgs) -> ExitCode {
    let what = match args.file {
        Some(path) if !path.is_dir() => What::File { path, checkpoint: args.checkpoint, key: args.key },
        Some(path) => What::Data { path, checkpoint: args.checkpoint, key: args.key },
        None => What::Data { path: args.data.path(), checkpoint: args.checkpoint, key: args.key },
    };
    let is_right = verify::cli::run(&what, &|folder| serve::open_store(folder), &mut io::stdout());
    if is_right.unwrap_or(false) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn rotate(args: &DataArgs) -> Result<(), String> {
    let folder = Folder::open(&args.path()).map_err(|error| error.to_string())?;
    let ring = KeyRing::open_or_create(&folder).map_err(|error| error.to_string())?;
    let id = ring.rotate(Clock::system().now().day()).map_err(|error| error.to_string())?;
    say(&format!("Cookies are signed with key {id} from now on."));
    Ok(())
}

fn rotate_log(args: &DataArgs) -> Result<(), String> {
    let folder = Folder::open(&args.path()).map_err(|error| error.to_string())?;
    let _lock = folder.lock().map_err(|error| error.to_string())?;
    let key = LogKey::rotate(&folder).map_err(|error| error.to_string())?;
    say(&format!("The log is signed with this key from the next start on:\n{key}"));
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a command's answer")]
fn say(message: &str) {
    println!("{message}");
}

#[expect(clippy::print_stderr, reason = "a command's complaint")]
fn complain(message: &str) {
    for line in message.lines() {
        eprintln!("koektrommel: {line}");
    }
}
