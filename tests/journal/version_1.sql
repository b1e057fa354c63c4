-- A journal as version 1 of the tables left it: two runs, the second one stopped and then killed.
BEGIN TRANSACTION;
CREATE TABLE accounts (
	base_url VARCHAR(400) NOT NULL, 
	token_fingerprint VARCHAR(64) NOT NULL, 
	account VARCHAR(400) NOT NULL, 
	name TEXT NOT NULL, 
	PRIMARY KEY (base_url, token_fingerprint)
);
CREATE TABLE attempts (
	run_id VARCHAR(40) NOT NULL, 
	order_id BIGINT NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	number INTEGER NOT NULL, 
	sequence INTEGER NOT NULL, 
	began_at VARCHAR(40) NOT NULL, 
	disturbed_before BOOLEAN NOT NULL, 
	doubts_before TEXT, 
	ended_at VARCHAR(40), 
	seconds FLOAT, 
	exchange VARCHAR(20), 
	status INTEGER, 
	verdict VARCHAR(40), 
	answer TEXT, 
	headers TEXT, 
	PRIMARY KEY (run_id, order_id, kind, number), 
	FOREIGN KEY(run_id) REFERENCES runs (id)
);
INSERT INTO "attempts" VALUES('run-1',1,'accounting-sync',1,1,'2026-11-21T22:36:42.283759+00:00',0,'','2026-11-21T22:36:42.354544+00:00',0.0458,'reply',204,'accept','','{}');
INSERT INTO "attempts" VALUES('run-1',2,'accounting-sync',1,2,'2026-11-21T22:36:42.383838+00:00',0,'','2026-11-21T22:36:42.416050+00:00',0.0048,'reply',204,'accept','','{}');
INSERT INTO "attempts" VALUES('run-1',1,'status',1,3,'2026-11-21T22:36:42.412379+00:00',0,'','2026-11-21T22:36:42.437931+00:00',0.0091,'reply',201,'accept','','{}');
INSERT INTO "attempts" VALUES('run-1',2,'status',1,4,'2026-11-21T22:36:42.446990+00:00',0,'','2026-11-21T22:36:42.462614+00:00',0.0042,'no reply',NULL,'doubt','the connection broke','{}');
INSERT INTO "attempts" VALUES('run-2',3,'accounting-sync',1,1,'2026-11-21T22:36:42.785181+00:00',0,'','2026-11-21T22:36:42.812180+00:00',0.0084,'reply',401,'halt','','{}');
INSERT INTO "attempts" VALUES('run-2',4,'accounting-sync',1,2,'2026-11-21T22:36:42.929655+00:00',0,'',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE calls (
	run_id VARCHAR(40) NOT NULL, 
	order_id BIGINT NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	position INTEGER NOT NULL, 
	content TEXT NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	comparison VARCHAR(20) NOT NULL, 
	previous TEXT, 
	state VARCHAR(20) NOT NULL, 
	note TEXT NOT NULL, 
	tries INTEGER NOT NULL, 
	PRIMARY KEY (run_id, order_id, kind), 
	FOREIGN KEY(run_id) REFERENCES runs (id)
);
INSERT INTO "calls" VALUES('run-1',1,'accounting-sync',0,'{"accountingSynced":true,"externalAccountingId":"A"}','54b7554fcf69601d4d18d94cb3465bbb441d68e85f59d499e2da463b62eba01a','new',NULL,'synced','',1);
INSERT INTO "calls" VALUES('run-1',1,'status',1,'{"status":"Closed"}','3a5ee99d0b2b160f9f58c64beeffceda365dcb3ac430c1eae9b77588132b3d9f','new',NULL,'synced','',1);
INSERT INTO "calls" VALUES('run-1',2,'accounting-sync',2,'{"accountingSynced":true,"externalAccountingId":"B"}','9d194c0764a25ad79befb11e8180890f8c6586aaab95cdb940a073bc22322087','new',NULL,'synced','',1);
INSERT INTO "calls" VALUES('run-1',2,'status',3,'{"status":"Closed"}','3a5ee99d0b2b160f9f58c64beeffceda365dcb3ac430c1eae9b77588132b3d9f','new',NULL,'in doubt','the connection broke',1);
INSERT INTO "calls" VALUES('run-2',1,'accounting-sync',0,'{"accountingSynced":true,"externalAccountingId":"A"}','54b7554fcf69601d4d18d94cb3465bbb441d68e85f59d499e2da463b62eba01a','unchanged',NULL,'unchanged','',0);
INSERT INTO "calls" VALUES('run-2',3,'accounting-sync',1,'{"accountingSynced":true,"externalAccountingId":"C"}','c76e10e994439b30aae563116322590069b9afac769b98bfa23cc7fb70e47e60','new',NULL,'pending','Flxpoint doesn''t accept the token (401). The usual cause is a token of the wrong kind (Account, Source or Channel), or one that has expired.',1);
INSERT INTO "calls" VALUES('run-2',4,'accounting-sync',2,'{"accountingSynced":true,"externalAccountingId":"D"}','10dde14c7dbd0ac340913d27d85e51bb808a4e652844c4e70796a21c57541b68','new',NULL,'begun','',1);
CREATE TABLE meta (
	"key" VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema_version','1');
CREATE TABLE orders (
	run_id VARCHAR(40) NOT NULL, 
	position INTEGER NOT NULL, 
	order_id BIGINT NOT NULL, 
	rows TEXT NOT NULL, 
	rejected BOOLEAN NOT NULL, 
	PRIMARY KEY (run_id, position), 
	FOREIGN KEY(run_id) REFERENCES runs (id)
);
INSERT INTO "orders" VALUES('run-1',0,1,'[[0,2]]',0);
INSERT INTO "orders" VALUES('run-1',1,2,'[[0,3]]',0);
INSERT INTO "orders" VALUES('run-2',0,1,'[[0,2]]',0);
INSERT INTO "orders" VALUES('run-2',1,3,'[[0,3]]',0);
INSERT INTO "orders" VALUES('run-2',2,4,'[[0,4]]',0);
CREATE TABLE pacing (
	base_url VARCHAR(400) NOT NULL, 
	token_fingerprint VARCHAR(64) NOT NULL, 
	spacing FLOAT NOT NULL, 
	PRIMARY KEY (base_url, token_fingerprint)
);
INSERT INTO "pacing" VALUES('http://127.0.0.1:1','a05f1eb7b6063a5c5125927ca01e98dc',2.04400000000000024377e-03);
CREATE TABLE row_chunks (
	run_id VARCHAR(40) NOT NULL, 
	source INTEGER NOT NULL, 
	chunk INTEGER NOT NULL, 
	rows BLOB NOT NULL, 
	PRIMARY KEY (run_id, source, chunk), 
	FOREIGN KEY(run_id) REFERENCES runs (id)
);
INSERT INTO "row_chunks" VALUES('run-1',0,0,X'78018B8E36D031D451CA4CCFCB2F4A4D51D2C92BCDC9D151CA484D4C492D52D28956F22F0232143C5D9474A04CD78A92D4A2BCC41C88587049624969B152AC4E75AD4E746CAC0ED034231DA5D2629051406341261802B53A02B1734E3E481859A9314C29500F48A911509913A6D258000DB82FDB');
INSERT INTO "row_chunks" VALUES('run-2',0,0,X'78018B8E36D031D451CA4CCFCB2F4A4D51D2C92BCDC9D151CA484D4C492D52D28956F22F0232143C5D9474A04CD78A92D4A2BCC41C9058AC4E75AD4E746CAC0ED010231DA5D262900940D3401A0D813A1C515418C35400192015C64015CE282A4C602A800C900A13A00A842DB100F9102FD3');
CREATE TABLE runs (
	id VARCHAR(40) NOT NULL, 
	version VARCHAR(40) NOT NULL, 
	created_at VARCHAR(40) NOT NULL, 
	base_url VARCHAR(400) NOT NULL, 
	account VARCHAR(400) NOT NULL, 
	account_name TEXT NOT NULL, 
	command VARCHAR(40) NOT NULL, 
	settings TEXT NOT NULL, 
	workbook TEXT NOT NULL, 
	complete BOOLEAN NOT NULL, 
	ended_at VARCHAR(40), 
	exit_code INTEGER, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "runs" VALUES('run-1','0.1.0','2026-11-21T22:36:42.087741+00:00','http://127.0.0.1:1','http://127.0.0.1:1 account mine','mine','run','{}','/in/first.csv.results-run-1.xlsx',1,'2026-11-21T22:36:42.496242+00:00',1,'');
INSERT INTO "runs" VALUES('run-2','0.1.0','2026-11-21T22:36:42.685943+00:00','http://127.0.0.1:1','http://127.0.0.1:1 account mine','mine','run','{}','/in/second.csv.results-run-2.xlsx',1,'2026-11-21T22:36:42.837934+00:00',3,'Flxpoint doesn''t accept the token (401). The usual cause is a token of the wrong kind (Account, Source or Channel), or one that has expired.');
CREATE TABLE sources (
	run_id VARCHAR(40) NOT NULL, 
	number INTEGER NOT NULL, 
	path TEXT NOT NULL, 
	file TEXT NOT NULL, 
	sheet TEXT NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	size BIGINT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	header_row INTEGER NOT NULL, 
	headers TEXT NOT NULL, 
	fields TEXT NOT NULL, 
	rows INTEGER NOT NULL, 
	PRIMARY KEY (run_id, number), 
	FOREIGN KEY(run_id) REFERENCES runs (id)
);
INSERT INTO "sources" VALUES('run-1',0,'/in/first.csv','first.csv','','text',56,'88ee36fb591455ebf919663c0f61ffdc76771b33a59f41cff1d208c0160c4dad',1,'["Order ID","Order External ID","Status"]','{"order_id":0,"order_external_id":1,"status":2}',3);
INSERT INTO "sources" VALUES('run-2',0,'/in/second.csv','second.csv','','text',39,'4a5c944a4c8779d4839e69470c318be7e47e1153aae8be0a5b6bcea17e037ac1',1,'["Order ID","Order External ID"]','{"order_id":0,"order_external_id":1}',4);
CREATE TABLE standings (
	account VARCHAR(400) NOT NULL, 
	order_id BIGINT NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	content TEXT, 
	fingerprint VARCHAR(64), 
	run_id VARCHAR(40), 
	at VARCHAR(40), 
	disturbed BOOLEAN NOT NULL, 
	in_doubt TEXT, 
	PRIMARY KEY (account, order_id, kind)
);
INSERT INTO "standings" VALUES('http://127.0.0.1:1 account mine',1,'accounting-sync','{"accountingSynced":true,"externalAccountingId":"A"}','54b7554fcf69601d4d18d94cb3465bbb441d68e85f59d499e2da463b62eba01a','run-1','2026-11-21T22:36:42.354544+00:00',0,'');
INSERT INTO "standings" VALUES('http://127.0.0.1:1 account mine',2,'accounting-sync','{"accountingSynced":true,"externalAccountingId":"B"}','9d194c0764a25ad79befb11e8180890f8c6586aaab95cdb940a073bc22322087','run-1','2026-11-21T22:36:42.416050+00:00',0,'');
INSERT INTO "standings" VALUES('http://127.0.0.1:1 account mine',1,'status','{"status":"Closed"}','3a5ee99d0b2b160f9f58c64beeffceda365dcb3ac430c1eae9b77588132b3d9f','run-1','2026-11-21T22:36:42.437931+00:00',0,'');
INSERT INTO "standings" VALUES('http://127.0.0.1:1 account mine',2,'status',NULL,NULL,NULL,NULL,1,'3a5ee99d0b2b160f9f58c64beeffceda365dcb3ac430c1eae9b77588132b3d9f');
INSERT INTO "standings" VALUES('http://127.0.0.1:1 account mine',3,'accounting-sync',NULL,NULL,NULL,NULL,1,'');
INSERT INTO "standings" VALUES('http://127.0.0.1:1 account mine',4,'accounting-sync',NULL,NULL,NULL,NULL,1,'10dde14c7dbd0ac340913d27d85e51bb808a4e652844c4e70796a21c57541b68');
CREATE TABLE told (
	run_id VARCHAR(40) NOT NULL, 
	number INTEGER NOT NULL, 
	order_id BIGINT, 
	blocks BOOLEAN NOT NULL, 
	code VARCHAR(60) NOT NULL, 
	found TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	places TEXT NOT NULL, 
	count INTEGER NOT NULL, 
	PRIMARY KEY (run_id, number), 
	FOREIGN KEY(run_id) REFERENCES runs (id)
);
CREATE INDEX orders_by_id ON orders (order_id);
CREATE INDEX calls_by_order ON calls (order_id);
CREATE INDEX attempts_in_turn ON attempts (run_id, sequence);
COMMIT;
