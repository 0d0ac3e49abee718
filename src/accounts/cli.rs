//! `koektrommel officer …`: accounts and tokens on the command line. All of it works while the server runs.

use std::io::{self, Read, Write};

use koektrommel_core::{error::Malformed, identifier::OfficerName};

use super::{Accounts, AccountsError, Password, Role, secret::LONGEST};
use crate::{clock::Clock, folder::Folder};

/// One thing to do to the accounts of a data folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Makes an account.
    Add {
        /// Its name.
        name: OfficerName,
        /// Its role.
        role: Role,
        /// The password is the first line of the input, instead of asked for on the terminal.
        password_stdin: bool,
    },
    /// Gives an account another password.
    Password {
        /// Its name.
        name: OfficerName,
        /// As in [`Command::Add`].
        password_stdin: bool,
    },
    /// Makes a bearer token and prints it, alone, on the output.
    Token {
        /// The account.
        name: OfficerName,
    },
    /// Takes tokens away.
    Revoke {
        /// The account.
        name: OfficerName,
        /// One token; all of them if it is not given.
        id: Option<String>,
    },
    /// Takes an account away.
    Remove {
        /// The account.
        name: OfficerName,
    },
    /// Prints names and roles.
    List,
}

/// Why a command did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The accounts refused.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// The password could not be read, or the output not written.
    #[error("{0}")]
    Terminal(#[from] io::Error),
}

/// Does it. `output` gets what a script wants (the token, the list), `remarks` what a person wants to know.
pub fn run(
    folder: &Folder,
    command: &Command,
    clock: &Clock,
    input: &mut dyn Read,
    output: &mut dyn Write,
    remarks: &mut dyn Write,
) -> Result<(), CommandError> {
    let accounts = Accounts::new(folder);
    match command {
        Command::Add { name, role, password_stdin } => {
            if accounts.find(name)?.is_some() {
                return Err(AccountsError::Taken.into());
            }
            let password = ask(name, *password_stdin, input)?;
            accounts.add(name, *role, &password, clock.now())?;
            writeln!(remarks, "{name} can sign in now, as {role}.")?;
        }
        Command::Password { name, password_stdin } => {
            let password = ask(name, *password_stdin, input)?;
            accounts.set_password(name, &password)?;
            writeln!(
                remarks,
                "{name} has a new password; whoever was signed in with the old one is signed out."
            )?;
        }
        Command::Token { name } => {
            let token = accounts.token(name, clock.now())?;
            writeln!(output, "{}", token.as_str())?;
            writeln!(
                remarks,
                "Keep it safe: it is not shown again. To take it away: officer revoke {name} {}",
                token.id()
            )?;
        }
        Command::Revoke { name, id } => {
            let count = accounts.revoke(name, id.as_deref())?;
            writeln!(remarks, "{count} token(s) of {name} taken away.")?;
        }
        Command::Remove { name } => {
            accounts.remove(name)?;
            writeln!(remarks, "{name} has no account any more.")?;
        }
        Command::List => {
            for officer in accounts.list()? {
                writeln!(output, "{}\t{}", officer.name, officer.role)?;
            }
        }
    }
    Ok(())
}

/// Reads the password: the first line of the input, or twice from the terminal without showing it.
fn ask(name: &OfficerName, from_input: bool, input: &mut dyn Read) -> Result<Password, CommandError> {
    let typed = if from_input {
        let mut text = String::new();
        // One byte more than is allowed, so that a longer one is refused and not cut off; and a line end.
        input.take(LONGEST as u64 + 3).read_to_string(&mut text)?;
        text.lines().next().unwrap_or_default().to_owned()
    } else {
        let first = rpassword::prompt_password(format!("Password for {name}: ")).map_err(|error| {
            io::Error::new(
                error.kind(),
                "there is no terminal to ask for the password on: use --password-stdin",
            )
        })?;
        if rpassword::prompt_password("Once more: ")? != first {
            return Err(AccountsError::from(Malformed::new("password", "must be the same both times")).into());
        }
        first
    };
    Ok(Password::new(&typed, name).map_err(AccountsError::from)?)
}

#[cfg(test)]
mod tests {
    use super::{Command, run};
    use crate::{
        accounts::{Accounts, Role},
        clock::Clock,
        folder::Folder,
    };

    #[test]
    fn a_token_stands_alone_on_the_output() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(temp.path()).unwrap();
        let clock = Clock::manual("2026-11-22T10:15:00Z".parse().unwrap());
        let run = |command: &Command, input: &str| {
            let mut output = Vec::new();
            run(&folder, command, &clock, &mut input.as_bytes(), &mut output, &mut Vec::new())
                .map(|()| String::from_utf8(output).unwrap())
                .map_err(|error| error.to_string())
        };
        let name: koektrommel_core::identifier::OfficerName = "anna".parse().unwrap();
        let add = Command::Add { name: name.clone(), role: Role::Officer, password_stdin: true };
        assert!(run(&add, "kort\n").unwrap_err().contains("at least 12"));
        assert!(run(&add, &"x".repeat(2000)).unwrap_err().contains("1024"));
        assert_eq!(run(&add, "een lang wachtwoord\r\nnog een regel"), Ok(String::new()));
        assert!(run(&add, "een lang wachtwoord\n").unwrap_err().contains("already"));
        let token = run(&Command::Token { name }, "").unwrap();
        let accounts = Accounts::new(&folder);
        assert!(accounts.by_token(token.strip_suffix('\n').unwrap()).unwrap().is_some());
        assert!(accounts.by_password("anna", "een lang wachtwoord").unwrap().is_some());
        assert_eq!(run(&Command::List, ""), Ok("anna\tofficer\n".to_owned()));
    }
}
