//! The disk refuses, under the real program: system calls fail with the errors that disks have. What was acknowledged
//! is there afterwards, and the log verifies.

use crate::support::{Decision, Log, Server, koektrommel, program::strace, server::Options};

/// What is made to fail, how, and which time: strace's own spelling.
const FAULTS: [&str; 7] = [
    // Once, and the disk is well again.
    "fdatasync:error=EIO:when=4",
    "fdatasync:error=ENOSPC:when=3..5",
    "pwrite64:error=EIO:when=9",
    "pwrite64:error=ENOSPC:when=12..14",
    // From then on.
    "fdatasync:error=EIO:when=6+",
    "pwrite64:error=ENOSPC:when=15+",
    "fsync:error=EIO:when=40+",
];

#[test]
fn whatever_the_disk_refuses_what_was_acknowledged_is_there() {
    let mut refused_in_all = 0;
    for fault in FAULTS {
        let call = fault.split(':').next().unwrap();
        let inject = format!("inject={fault}");
        let trace = format!("trace={call}");
        let under = strace(["-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject]);
        let mut server = Server::start_with(Options { under, ..Options::default() });
        let decision = Decision::refuse(&server);
        let (mut acknowledged, mut refused) = (Vec::new(), 0);
        for _ in 0..25 {
            let again = decision.clone().with("id", crate::support::decision::new_id());
            // A server that died of it answers nothing, and has promised nothing.
            let Some(answer) = again.request().try_send(server.address) else { break };
            match answer.status {
                201 => acknowledged.push(answer.json()["record"].as_str().unwrap().to_owned()),
                503 => refused += 1,
                other => panic!("{fault}: {other}"),
            }
        }
        refused_in_all += refused;
        server.kill();
        let verified = koektrommel(["verify", "--data", server.data().to_str().unwrap()]);
        assert_eq!(verified.code, Some(0), "{fault}: {}{}", verified.stdout, server.output());
        let log = Log::open(&server.data());
        let ids: Vec<_> = (0..log.items.len()).map(|index| log.consent(index).id.to_string()).collect();
        for record in &acknowledged {
            assert_eq!(
                ids.iter().filter(|id| *id == record).count(),
                1,
                "{fault}: {record} was acknowledged"
            );
        }
        assert!(!acknowledged.is_empty(), "{fault}: nothing was recorded before it");
    }
    assert!(refused_in_all > 0, "no fault met a decision");
}
