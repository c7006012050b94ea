-- The database of schema-1.sql after step 2. Never edited: it is what an upgrade has to cope with.
-- sqlite3 jobwatch.db < schema-2.sql
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE attempt (
  id INTEGER PRIMARY KEY,
  message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
  at INTEGER NOT NULL,
  took_ms INTEGER NOT NULL CHECK (took_ms >= 0),
  http_status INTEGER,
  error TEXT
) STRICT;
INSERT INTO "attempt" VALUES(1,2,1795331947904,8,200,NULL);
INSERT INTO "attempt" VALUES(2,3,1795331947905,8,200,NULL);
INSERT INTO "attempt" VALUES(3,1,1795331947897,16,200,NULL);
INSERT INTO "attempt" VALUES(4,4,1795331947917,12,200,NULL);
INSERT INTO "attempt" VALUES(5,8,1795331947918,11,200,NULL);
INSERT INTO "attempt" VALUES(6,5,1795331947918,12,200,NULL);
INSERT INTO "attempt" VALUES(7,6,1795331947918,12,200,NULL);
INSERT INTO "attempt" VALUES(8,10,1795331947918,12,200,NULL);
INSERT INTO "attempt" VALUES(9,7,1795331947918,16,200,NULL);
INSERT INTO "attempt" VALUES(10,9,1795331947918,16,200,NULL);
INSERT INTO "attempt" VALUES(11,11,1795331947960,18,200,NULL);
INSERT INTO "attempt" VALUES(12,12,1795331947981,17,200,NULL);
INSERT INTO "attempt" VALUES(13,13,1795331947999,2,200,NULL);
INSERT INTO "attempt" VALUES(14,17,1795331948010,5,200,NULL);
INSERT INTO "attempt" VALUES(15,14,1795331948009,6,200,NULL);
INSERT INTO "attempt" VALUES(16,15,1795331948010,6,200,NULL);
INSERT INTO "attempt" VALUES(17,16,1795331948013,11,200,NULL);
INSERT INTO "attempt" VALUES(18,19,1795331948023,3,200,NULL);
INSERT INTO "attempt" VALUES(19,18,1795331948017,10,200,NULL);
INSERT INTO "attempt" VALUES(20,20,1795331948990,3,200,NULL);
INSERT INTO "attempt" VALUES(21,21,1795331949043,15,200,NULL);
INSERT INTO "attempt" VALUES(22,22,1795331950971,2,200,NULL);
INSERT INTO "attempt" VALUES(23,23,1795331952726,2,200,NULL);
INSERT INTO "attempt" VALUES(24,24,1795331952935,2,200,NULL);
INSERT INTO "attempt" VALUES(25,26,1795331953735,3,200,NULL);
INSERT INTO "attempt" VALUES(26,25,1795331953733,6,503,'the receiver answered 503');
INSERT INTO "attempt" VALUES(27,27,1795331954591,2,503,'the receiver answered 503');
INSERT INTO "attempt" VALUES(28,28,1795331954591,2,200,NULL);
INSERT INTO "attempt" VALUES(29,25,1795331954894,3,503,'the receiver answered 503');
INSERT INTO "attempt" VALUES(30,27,1795331955449,2,503,'the receiver answered 503');
INSERT INTO "attempt" VALUES(31,29,1795331955851,2,200,NULL);
INSERT INTO "attempt" VALUES(32,25,1795331956533,3,200,NULL);
INSERT INTO "attempt" VALUES(33,27,1795331956538,2,200,NULL);
INSERT INTO "attempt" VALUES(34,30,1795331957172,7,200,NULL);
INSERT INTO "attempt" VALUES(35,33,1795331957598,2,200,NULL);
INSERT INTO "attempt" VALUES(36,32,1795331957597,5,200,NULL);
INSERT INTO "attempt" VALUES(37,31,1795331957598,4,200,NULL);
INSERT INTO "attempt" VALUES(38,34,1795331958003,7,200,NULL);
INSERT INTO "attempt" VALUES(39,35,1795331958003,7,200,NULL);
INSERT INTO "attempt" VALUES(40,36,1795331959402,2,200,NULL);
INSERT INTO "attempt" VALUES(41,37,1795331961056,10,200,NULL);
INSERT INTO "attempt" VALUES(42,38,1795331967268,3,200,NULL);
INSERT INTO "attempt" VALUES(43,39,1795331967268,3,200,NULL);
INSERT INTO "attempt" VALUES(44,41,1795331967372,2,NULL,'connection refused');
INSERT INTO "attempt" VALUES(45,40,1795331967370,8,NULL,'connection refused');
INSERT INTO "attempt" VALUES(46,41,1795331968388,1,NULL,'connection refused');
INSERT INTO "attempt" VALUES(47,40,1795331968519,1,NULL,'connection refused');
INSERT INTO "attempt" VALUES(48,42,1795331969386,3,NULL,'connection refused');
INSERT INTO "attempt" VALUES(49,43,1795331969387,2,NULL,'connection refused');
CREATE TABLE budget (
  account TEXT NOT NULL,
  service TEXT NOT NULL,
  number INTEGER NOT NULL,
  saved_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (json_valid(state)),
  PRIMARY KEY (account, service)
) STRICT, WITHOUT ROWID;
INSERT INTO "budget" VALUES('demo','dcs',37,1795331991444,'{"ahead":0,"blocked":0,"ceiling":100,"ended":[[5430,1],[13441,1],[17452,1],[19465,1],[20472,1],[21482,1],[21993,1],[33856,1],[34755,1],[35717,1],[36671,1],[36856,1],[37625,1],[37866,1],[38513,1],[38594,1],[38718,1],[39524,1],[39605,1],[39622,1],[40508,1],[40611,1],[40624,1],[41476,1],[41535,1],[41623,1],[42439,1],[42452,1],[42484,1],[43449,2],[43464,1]],"isTold":false,"known":[20,1000],"most":100,"number":37,"price":5,"quiet":43484,"trim":1,"underWay":0,"uptime":34952963}');
INSERT INTO "budget" VALUES('demo','ecs',80,1795331991444,'{"ahead":0,"blocked":0,"ceiling":100,"ended":[[6480,1],[14492,1],[18501,1],[20505,1],[21516,1],[22024,1],[22027,1],[24178,1],[24727,1],[25294,1],[25742,1],[26423,1],[26747,1],[27191,1],[27766,1],[28204,1],[28771,1],[29224,1],[29787,1],[30238,1],[30809,1],[31265,1],[31820,1],[32277,1],[32836,1],[33292,1],[33853,1],[34304,1],[34977,1],[35321,1],[35603,1],[36111,1],[36335,1],[36619,1],[36865,1],[37348,1],[37623,1],[37716,1],[37806,1],[38359,1],[38640,1],[38668,1],[38721,1],[38752,1],[39371,1],[39604,1],[39607,1],[39695,2],[40384,1],[40479,1],[40574,1],[40597,1],[40623,1],[40660,1],[41398,1],[41447,1],[41523,1],[41524,1],[41544,1],[41554,1],[42397,1],[42412,2],[42413,1],[42440,1],[42484,1],[43449,4],[43474,1],[43494,1]],"isTold":false,"known":[20,1000],"most":100,"number":80,"price":5,"quiet":43545,"trim":1,"underWay":0,"uptime":34952963}');
CREATE TABLE condition (
  subject TEXT NOT NULL,
  kind TEXT NOT NULL,
  since INTEGER NOT NULL,
  cause TEXT NOT NULL,
  PRIMARY KEY (subject, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO "condition" VALUES('channel/screen','failing',1795331969389,'connection refused');
CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL CHECK (value >= 0)
) STRICT, WITHOUT ROWID;
INSERT INTO "counter" VALUES('seq',44);
CREATE TABLE duration (
  service TEXT NOT NULL,
  job_type TEXT NOT NULL,
  region TEXT NOT NULL,
  model BLOB NOT NULL CHECK (length(model) <= 6144),
  jobs INTEGER NOT NULL CHECK (jobs >= 0),
  polls INTEGER NOT NULL CHECK (polls >= 0),
  timed_jobs INTEGER NOT NULL CHECK (timed_jobs >= 0),
  latency_ms INTEGER NOT NULL CHECK (latency_ms >= 0),
  fixed_polls INTEGER NOT NULL CHECK (fixed_polls >= 0),
  taught_at INTEGER NOT NULL,
  PRIMARY KEY (service, job_type, region)
) STRICT;
INSERT INTO "duration" VALUES('ecs','resizeServer','eu-de',X'0101000000000000005CC200C15CC200C15CC200C15CC200C1000000000000080000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000803F00000002000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000E0BB8CBC5CC200C15CC200C15CC200C15CC200C1000000000000080000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000803F0000000200000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000B0B5B9',1,4,1,0,1,1795331950964);
INSERT INTO "duration" VALUES('dcs','extendDCSInstance','eu-de',X'0101000000000000005EB607C15EB607C15EB607C15EB607C1000000000000000000000800000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000803F00000000000000000040000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000E0BB8CBC5EB607C15EB607C15EB607C15EB607C1000000000000000000000800000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000803F0000000000000000004000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000B0B5B9',1,8,1,423,1,1795331954587);
INSERT INTO "duration" VALUES('ecs','createServer','eu-de',X'010300000000000000244BE2C18869C2C1F8E393C16C1C8DC1000000000000000002800004000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000009A47773F219A7B3F0000803F00000000000000800104000400000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000A2F087BCA2F007BDF0500ABDE0BB8CBCFB58E2C15677C2C1C6EE93C16A1F8DC10000000000000000028000040000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000096D27F3F4AE97F3F0000803F00000000000000800104000400000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000C58FB5B9C58F35BAE29F35BA00B0B5B9',3,22,3,2156,3,1795331955840);
INSERT INTO "duration" VALUES('dcs','createDCSInstance','eu-de',X'0102000000000000009EA393C1749A93C139D57DC1D56E60C100000000000000000008000040000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000219A7B3F0000803F00000000000000108000000008000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000F0508ABCF0508ABCE0BB8CBC9EA393C1749A93C139D57DC1D56E60C1000000000000000000080000400000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000004AE97F3F0000803F00000000000000108000000008000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000E29FB5B9E29FB5B900B0B5B9',2,17,2,501,2,1795331957587);
INSERT INTO "duration" VALUES('ecs','changeOS','eu-de',X'0100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000803F0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000803F',0,0,0,0,0,1795331957590);
CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  job INTEGER REFERENCES job ON DELETE SET NULL,
  data TEXT NOT NULL CHECK (json_valid(data))
) STRICT;
INSERT INTO "event" VALUES(1,'msg_f9d1dd3ae9767a82d3d923bd890b3320',1795331947875,'daemon.started',NULL,'{"summary":"jobwatch has started"}');
INSERT INTO "event" VALUES(2,'msg_9a3154bcb501aff7b7ea790d9a2288e4',1795331947893,'job.registered',1,'{"account":"demo","certainty":"confirmed","job_id":"ff80808200000000666fc22e095c221f","labels":{"name":"web-1"},"region":"eu-de","service":"ecs","state":"registered","summary":"ecs job ff80808200000000666fc22e095c221f is being watched"}');
INSERT INTO "event" VALUES(3,'msg_7bfe73192ad7867731137f301a97a75a',1795331947893,'job.registered',2,'{"account":"demo","certainty":"confirmed","job_id":"ff80808200000000666fc32e095c23d2","labels":{"name":"web-2"},"region":"eu-de","service":"ecs","state":"registered","summary":"ecs job ff80808200000000666fc32e095c23d2 is being watched"}');
INSERT INTO "event" VALUES(4,'msg_81cea8a0a4e494b5a9cd87fbb8200e85',1795331947899,'job.registered',3,'{"account":"demo","certainty":"confirmed","job_id":"ff80808200000000999c3f8fcd06957e","labels":{"name":"cache-2"},"region":"eu-de","service":"dcs","state":"registered","summary":"dcs job ff80808200000000999c3f8fcd06957e is being watched"}');
INSERT INTO "event" VALUES(5,'msg_029652cb2ce7895e6f8f45284224fbd0',1795331947899,'job.registered',4,'{"account":"demo","certainty":"confirmed","job_id":"ff80808200000000999c3e8fcd0693cb","labels":{"name":"cache-1"},"region":"eu-de","service":"dcs","state":"registered","summary":"dcs job ff80808200000000999c3e8fcd0693cb is being watched"}');
INSERT INTO "event" VALUES(6,'msg_13b623d09f5ba8fe9ff442dafa968b84',1795331947899,'job.registered',5,'{"account":"demo","certainty":"confirmed","job_id":"ff8080820000000060a46176d38120c6","labels":{"name":"resize-db"},"region":"eu-de","service":"ecs","state":"registered","summary":"ecs job ff8080820000000060a46176d38120c6 is being watched"}');
INSERT INTO "event" VALUES(7,'msg_98c042e72367ca33f73930ea77f49a83',1795331947899,'job.registered',6,'{"account":"demo","certainty":"confirmed","job_id":"ff80808200000000f86a6484b4c0a6a3","labels":{"name":"batch-3"},"region":"eu-de","service":"ecs","state":"registered","summary":"ecs job ff80808200000000f86a6484b4c0a6a3 is being watched"}');
INSERT INTO "event" VALUES(8,'msg_9f6960375aee67ec648ea2e0c3246285',1795331947899,'job.registered',7,'{"account":"demo","certainty":"confirmed","job_id":"ff808082000000005f93ac23f5ba0356","labels":{"name":"prepaid-1"},"region":"eu-de","service":"ecs","state":"registered","summary":"ecs job ff808082000000005f93ac23f5ba0356 is being watched"}');
INSERT INTO "event" VALUES(9,'msg_f0b4c11eb2d3c83fc6954da81667f68b',1795331947899,'job.registered',8,'{"account":"demo","certainty":"confirmed","job_id":"ff80808200000000999c408fcd069731","labels":{"name":"cache-3"},"region":"eu-de","service":"dcs","state":"registered","summary":"dcs job ff80808200000000999c408fcd069731 is being watched"}');
INSERT INTO "event" VALUES(10,'msg_9c34c69aa53f91213d2b1b9103100cfa',1795331947899,'job.registered',9,'{"account":"demo","certainty":"confirmed","job_id":"ff8080820000000035edb2746f9422db","labels":{"name":"doomed-1"},"region":"eu-de","service":"ecs","state":"registered","summary":"ecs job ff8080820000000035edb2746f9422db is being watched"}');
INSERT INTO "event" VALUES(11,'msg_b56a65344a67f3787fd7defae0392de9',1795331947949,'job.pending',1,'{"account":"demo","begin_time":"2026-11-22T07:19:07.887Z","certainty":"confirmed","job_id":"ff80808200000000666fc22e095c221f","job_type":"createServer","labels":{"name":"web-1"},"previous":"registered","raw_status":"INIT","region":"eu-de","request_id":"31c3a384cbb065bd4cdd5b395c218534","service":"ecs","state":"pending","sub_jobs":{"failed":0,"failures":[],"succeeded":0,"total":1},"summary":"ecs job ff80808200000000666fc22e095c221f (createServer) has been accepted and waits to start"}');
INSERT INTO "event" VALUES(12,'msg_0c681c3d8a8c97bfca0498dfa41e7a21',1795331947969,'job.running',5,'{"account":"demo","begin_time":"2026-11-22T07:19:07.887Z","certainty":"confirmed","entities":{"server_id":"ff80808200000000d5852395a1ae5348"},"job_id":"ff8080820000000060a46176d38120c6","job_type":"resizeServer","labels":{"name":"resize-db"},"previous":"registered","raw_status":"RUNNING","region":"eu-de","request_id":"cafd9676de10b3e128710e5c94535c0b","service":"ecs","state":"running","summary":"ecs job ff8080820000000060a46176d38120c6 (resizeServer) is running"}');
INSERT INTO "event" VALUES(13,'msg_f4945265bc60fd1ebd68085da3d6f60f',1795331947978,'job.running',3,'{"account":"demo","begin_time":"1795331947887","certainty":"confirmed","job_id":"ff80808200000000999c3f8fcd06957e","job_type":"createDCSInstance","labels":{"name":"cache-2"},"previous":"registered","raw_status":"RUNNING","region":"eu-de","request_id":"43856fea148d3be3c2596a27b1c077aa","service":"dcs","state":"running","summary":"dcs job ff80808200000000999c3f8fcd06957e (createDCSInstance) is running"}');
INSERT INTO "event" VALUES(14,'msg_08c5c21d7f7136c3b2558a39f1503d9d',1795331948004,'job.awaiting_payment',7,'{"account":"demo","begin_time":"2026-11-22T07:19:07.887Z","certainty":"confirmed","evidence":{"body":"{\"status\":\"PENDING_PAYMENT\",\"entities\":{},\"job_id\":\"ff808082000000005f93ac23f5ba0356\",\"job_type\":\"createServer\",\"begin_time\":\"2026-11-22T07:19:07.887Z\",\"end_time\":\"\"}","bytes":166,"http_status":200,"received_at":"2026-11-22T07:19:08.004Z"},"expires_at":"2026-11-22T07:19:23.899Z","job_id":"ff808082000000005f93ac23f5ba0356","job_type":"createServer","labels":{"name":"prepaid-1"},"previous":"registered","raw_status":"PENDING_PAYMENT","region":"eu-de","request_id":"72dc697f11451cbd488f45b8cebf812b","service":"ecs","state":"awaiting_payment","summary":"ecs job ff808082000000005f93ac23f5ba0356 (createServer) waits for its order to be paid"}');
INSERT INTO "event" VALUES(15,'msg_bc9cb7581926495e89735d0809d594b3',1795331948004,'job.pending',2,'{"account":"demo","begin_time":"2026-11-22T07:19:07.887Z","certainty":"confirmed","job_id":"ff80808200000000666fc32e095c23d2","job_type":"createServer","labels":{"name":"web-2"},"previous":"registered","raw_status":"INIT","region":"eu-de","request_id":"b07d8b1063f4dcb465d3d38cc424f013","service":"ecs","state":"pending","sub_jobs":{"failed":0,"failures":[],"succeeded":0,"total":1},"summary":"ecs job ff80808200000000666fc32e095c23d2 (createServer) has been accepted and waits to start"}');
INSERT INTO "event" VALUES(16,'msg_c647f633db7fb706269d3f28f1d70e97',1795331948004,'job.running',4,'{"account":"demo","begin_time":"1795331947887","certainty":"confirmed","job_id":"ff80808200000000999c3e8fcd0693cb","job_type":"createDCSInstance","labels":{"name":"cache-1"},"previous":"registered","raw_status":"RUNNING","region":"eu-de","request_id":"a24ffb39032d96c0de204599ca3aa766","service":"dcs","state":"running","summary":"dcs job ff80808200000000999c3e8fcd0693cb (createDCSInstance) is running"}');
INSERT INTO "event" VALUES(17,'msg_08e8488a234e61b601f46c92681e6fe7',1795331947994,'job.running',8,'{"account":"demo","begin_time":"1795331947887","certainty":"confirmed","job_id":"ff80808200000000999c408fcd069731","job_type":"extendDCSInstance","labels":{"name":"cache-3"},"previous":"registered","raw_status":"RUNNING","region":"eu-de","request_id":"7e50dda3cf97de7e67614fd40ab50428","service":"dcs","state":"running","summary":"dcs job ff80808200000000999c408fcd069731 (extendDCSInstance) is running"}');
INSERT INTO "event" VALUES(18,'msg_9fc6b33809076075ee67ed69bdc17b68',1795331948004,'job.running',9,'{"account":"demo","begin_time":"2026-11-22T07:19:07.887Z","certainty":"confirmed","job_id":"ff8080820000000035edb2746f9422db","job_type":"changeOS","labels":{"name":"doomed-1"},"previous":"registered","raw_status":"RUNNING","region":"eu-de","request_id":"9c843bde1ca16d867e782a3d67ee6651","service":"ecs","state":"running","summary":"ecs job ff8080820000000035edb2746f9422db (changeOS) is running"}');
INSERT INTO "event" VALUES(19,'msg_bf1da6818fccc466685d623e58508cb7',1795331948013,'job.running',6,'{"account":"demo","begin_time":"2026-11-22T07:19:07.887Z","certainty":"confirmed","job_id":"ff80808200000000f86a6484b4c0a6a3","job_type":"createServer","labels":{"name":"batch-3"},"previous":"registered","raw_status":"RUNNING","region":"eu-de","request_id":"13f5fccefec674d92f85d2bcb8912904","service":"ecs","state":"running","sub_jobs":{"failed":0,"failures":[],"succeeded":0,"total":3},"summary":"ecs job ff80808200000000f86a6484b4c0a6a3 (createServer) is running"}');
INSERT INTO "event" VALUES(20,'msg_2e07b47ebc226a864aa213be2d7f8da2',1795331948958,'job.running',1,'{"account":"demo","begin_time":"2026-11-22T07:19:07.887Z","certainty":"confirmed","job_id":"ff80808200000000666fc22e095c221f","job_type":"createServer","labels":{"name":"web-1"},"previous":"pending","raw_status":"RUNNING","region":"eu-de","request_id":"76e78177e21dc831e38494a21cb9ac6a","service":"ecs","state":"running","sub_jobs":{"failed":0,"failures":[],"succeeded":0,"total":1},"summary":"ecs job ff80808200000000666fc22e095c221f (createServer) is running"}');
INSERT INTO "event" VALUES(21,'msg_4acd52512aca5926e2161437142878bf',1795331949030,'job.running',2,'{"account":"demo","begin_time":"2026-11-22T07:19:07.887Z","certainty":"confirmed","job_id":"ff80808200000000666fc32e095c23d2","job_type":"createServer","labels":{"name":"web-2"},"previous":"pending","raw_status":"RUNNING","region":"eu-de","request_id":"3c07c0b6a74894226786bf1f3d6af601","service":"ecs","state":"running","sub_jobs":{"failed":0,"failures":[],"succeeded":0,"total":1},"summary":"ecs job ff80808200000000666fc32e095c23d2 (createServer) is running"}');
INSERT INTO "event" VALUES(22,'msg_aabdf37ecbcbbb7e22b9eb84fa213baf',1795331950964,'job.succeeded',5,'{"account":"demo","begin_time":"2026-11-22T07:19:07.887Z","certainty":"confirmed","end_time":"2026-11-22T07:19:10.887Z","entities":{"server_id":"ff80808200000000d5852395a1ae5348"},"evidence":{"body":"{\"status\":\"SUCCESS\",\"entities\":{\"server_id\":\"ff80808200000000d5852395a1ae5348\"},\"job_id\":\"ff8080820000000060a46176d38120c6\",\"job_type\":\"resizeServer\",\"begin_time\":\"2026-11-22T07:19:07.887Z\",\"end_time\":\"2026-11-22T07:19:10.887Z\",\"error_code\":null,\"fail_reason\":null}","bytes":265,"http_status":200,"received_at":"2026-11-22T07:19:10.964Z"},"expires_at":"2026-11-22T07:19:24.964Z","job_id":"ff8080820000000060a46176d38120c6","job_type":"resizeServer","labels":{"name":"resize-db"},"previous":"running","raw_status":"SUCCESS","region":"eu-de","request_id":"14e40e964718593af6e1ad2883006ea8","service":"ecs","state":"succeeded","summary":"ecs job ff8080820000000060a46176d38120c6 (resizeServer) succeeded after 3 s"}');
INSERT INTO "event" VALUES(23,'msg_d515c21513965e804d80edf9524f3f90',1795331952722,'job.succeeded',1,'{"account":"demo","begin_time":"2026-11-22T07:19:07.887Z","certainty":"confirmed","end_time":"2026-11-22T07:19:11.887Z","evidence":{"body":"{\"status\":\"SUCCESS\",\"entities\":{\"sub_jobs_total\":1,\"sub_jobs\":[{\"status\":\"SUCCESS\",\"entities\":{\"server_id\":\"ff8080820000000021a07164767296b9\"},\"job_id\":\"ff8080820000000021a02f6476722693\",\"job_type\":\"createSingleServer\",\"begin_time\":\"2026-11-22T07:19:07.887Z\",\"end_time\":\"2026-11-22T07:19:11.387Z\",\"error_code\":null,\"fail_reason\":null}]},\"job_id\":\"ff80808200000000666fc22e095c221f\",\"job_type\":\"createServer\",\"begin_time\":\"2026-11-22T07:19:07.887Z\",\"end_time\":\"2026-11-22T07:19:11.887Z\",\"error_code\":null,\"fail_reason\":null}","bytes":522,"http_status":200,"received_at":"2026-11-22T07:19:12.722Z"},"expires_at":"2026-11-22T07:19:25.895Z","job_id":"ff80808200000000666fc22e095c221f","job_type":"createServer","labels":{"name":"web-1"},"partial":false,"previous":"running","raw_status":"SUCCESS","region":"eu-de","request_id":"92b9590fe25f062bdaa112621df1b302","service":"ecs","state":"succeeded","sub_jobs":{"failed":0,"failures":[],"succeeded":1,"total":1},"summary":"ecs job ff80808200000000666fc22e095c221f (createServer) succeeded after 4 s"}');
INSERT INTO "event" VALUES(24,'msg_e0e109da2ae3e18dff7bbabb9dec4537',1795331952930,'job.succeeded',4,'{"account":"demo","begin_time":"1795331947887","certainty":"confirmed","end_time":"1795331952887","evidence":{"body":"{\"job_id\":\"ff80808200000000999c3e8fcd0693cb\",\"job_type\":\"createDCSInstance\",\"status\":\"SUCCESS\",\"begin_time\":\"1795331947887\",\"end_time\":\"1795331952887\",\"fail_reason\":null}","bytes":170,"http_status":200,"received_at":"2026-11-22T07:19:12.930Z"},"job_id":"ff80808200000000999c3e8fcd0693cb","job_type":"createDCSInstance","labels":{"name":"cache-1"},"previous":"running","raw_status":"SUCCESS","region":"eu-de","request_id":"94120cc973a7843b3c36092d38068102","service":"dcs","state":"succeeded","summary":"dcs job ff80808200000000999c3e8fcd0693cb (createDCSInstance) succeeded after 5 s"}');
INSERT INTO "event" VALUES(25,'msg_d54f8104d5549ab35bc105033abb1da7',1795331953727,'job.failed',6,'{"account":"demo","begin_time":"2026-11-22T07:19:07.887Z","certainty":"confirmed","end_time":"2026-11-22T07:19:13.387Z","evidence":{"body":"{\"status\":\"FAIL\",\"entities\":{\"sub_jobs_total\":3,\"sub_jobs\":[{\"status\":\"SUCCESS\",\"entities\":{\"server_id\":\"ff8080820000000026ca916c5963edac\"},\"job_id\":\"ff808082000000009f34e80913a0b6ef\",\"job_type\":\"createSingleServer\",\"begin_time\":\"2026-11-22T07:19:07.887Z\",\"end_time\":\"2026-11-22T07:19:11.887Z\",\"error_code\":null,\"fail_reason\":null},{\"status\":\"SUCCESS\",\"entities\":{\"server_id\":\"ff8080820000000026ca946c5963f2c5\"},\"job_id\":\"ff808082000000009f34e90913a0b8a2\",\"job_type\":\"createSingleServer\",\"begin_time\":\"2026-11-22T07:19:07.887Z\",\"end_time\":\"2026-11-22T07:19:11.887Z\",\"error_code\":null,\"fail_reason\":null},{\"status\":\"FAIL\",\"entities\":{},\"job_id\":\"ff808082000000009f34ea0913a0ba55\",\"job_type\":\"createSingleServer\",\"begin_time\":\"2026-11-22T07:19:07.887Z\",\"end_time\":\"2026-11-22T07:19:12.887Z\",\"error_code\":\"Ecs.0219\",\"fail_reason\":\"no host has enough memory for flavor s3.large.4\"}]},\"job_id\":\"ff80808200000000f86a6484b4c0a6a3\",\"job_type\":\"createServer\",\"begin_time\":\"2026-11-22T07:19:07.887Z\",\"end_time\":\"2026-11-22T07:19:13.387Z\",\"error_code\":null,\"fail_reason\":null}","bytes":1065,"http_status":200,"received_at":"2026-11-22T07:19:13.727Z"},"expires_at":"2026-11-22T07:19:27.395Z","job_id":"ff80808200000000f86a6484b4c0a6a3","job_type":"createServer","labels":{"name":"batch-3"},"previous":"running","raw_status":"FAIL","region":"eu-de","request_id":"c34a45340dd334e433ac55e16e1741e4","service":"ecs","state":"failed","sub_jobs":{"failed":1,"failures":[{"begin_time":"2026-11-22T07:19:07.887Z","end_time":"2026-11-22T07:19:12.887Z","error_code":"Ecs.0219","fail_reason":"no host has enough memory for flavor s3.large.4","job_id":"ff808082000000009f34ea0913a0ba55","job_type":"createSingleServer","raw_status":"FAIL"}],"succeeded":2,"total":3},"summary":"ecs job ff80808200000000f86a6484b4c0a6a3 (createServer) failed after 5.5 s; 1 of 3 sub-jobs failed (Ecs.0219 no host has enough memory for flavor s3.large.4)"}');
INSERT INTO "event" VALUES(26,'msg_791c1cdf4c764769deb5c10b9b83dc7d',1795331954587,'job.failed',8,'{"account":"demo","begin_time":"1795331947887","certainty":"confirmed","end_time":"1795331953887","evidence":{"body":"{\"job_id\":\"ff80808200000000999c408fcd069731\",\"job_type\":\"extendDCSInstance\",\"status\":\"FAIL\",\"begin_time\":\"1795331947887\",\"end_time\":\"1795331953887\",\"fail_reason\":\"no room on the cluster''s nodes\"}","bytes":195,"http_status":200,"received_at":"2026-11-22T07:19:14.587Z"},"fail_reason":"no room on the cluster''s nodes","job_id":"ff80808200000000999c408fcd069731","job_type":"extendDCSInstance","labels":{"name":"cache-3"},"previous":"running","raw_status":"FAIL","region":"eu-de","request_id":"5e5ed688d0ec932b677e140af4856531","service":"dcs","state":"failed","summary":"dcs job ff80808200000000999c408fcd069731 (extendDCSInstance) failed after 6 s: no room on the cluster''s nodes"}');
INSERT INTO "event" VALUES(27,'msg_5aeac9a6e27bf7bf993ced75dfbaf540',1795331955840,'job.succeeded',2,'{"account":"demo","begin_time":"2026-11-22T07:19:07.887Z","certainty":"confirmed","end_time":"2026-11-22T07:19:14.887Z","evidence":{"body":"{\"status\":\"SUCCESS\",\"entities\":{\"sub_jobs_total\":1,\"sub_jobs\":[{\"status\":\"SUCCESS\",\"entities\":{\"server_id\":\"ff808082000000002aa1a2647ba48d7c\"},\"job_id\":\"ff808082000000002aa1e4647ba4fda2\",\"job_type\":\"createSingleServer\",\"begin_time\":\"2026-11-22T07:19:07.887Z\",\"end_time\":\"2026-11-22T07:19:14.387Z\",\"error_code\":null,\"fail_reason\":null}]},\"job_id\":\"ff80808200000000666fc32e095c23d2\",\"job_type\":\"createServer\",\"begin_time\":\"2026-11-22T07:19:07.887Z\",\"end_time\":\"2026-11-22T07:19:14.887Z\",\"error_code\":null,\"fail_reason\":null}","bytes":522,"http_status":200,"received_at":"2026-11-22T07:19:15.840Z"},"expires_at":"2026-11-22T07:19:28.843Z","job_id":"ff80808200000000666fc32e095c23d2","job_type":"createServer","labels":{"name":"web-2"},"partial":false,"previous":"running","raw_status":"SUCCESS","region":"eu-de","request_id":"db0a2a82f4ab4245be45d02637b94769","service":"ecs","state":"succeeded","sub_jobs":{"failed":0,"failures":[],"succeeded":1,"total":1},"summary":"ecs job ff80808200000000666fc32e095c23d2 (createServer) succeeded after 7 s"}');
INSERT INTO "event" VALUES(28,'msg_ba196f175eb53f781e3aa7670ea986b8',1795331957163,'job.expiring',5,'{"account":"demo","begin_time":"2026-11-22T07:19:07.887Z","captured":true,"certainty":"confirmed","end_time":"2026-11-22T07:19:10.887Z","entities":{"server_id":"ff80808200000000d5852395a1ae5348"},"expires_at":"2026-11-22T07:19:24.964Z","job_id":"ff8080820000000060a46176d38120c6","job_type":"resizeServer","labels":{"name":"resize-db"},"raw_status":"SUCCESS","region":"eu-de","service":"ecs","state":"succeeded","summary":"the cloud deletes the record of ecs job ff8080820000000060a46176d38120c6 (resizeServer) in 7.8 s; its end is kept here"}');
INSERT INTO "event" VALUES(29,'msg_a91cffc4bc1c30e5f7e03a06609760c4',1795331957587,'job.succeeded',3,'{"account":"demo","begin_time":"1795331947887","certainty":"confirmed","end_time":"1795331956887","evidence":{"body":"{\"job_id\":\"ff80808200000000999c3f8fcd06957e\",\"job_type\":\"createDCSInstance\",\"status\":\"SUCCESS\",\"begin_time\":\"1795331947887\",\"end_time\":\"1795331956887\",\"fail_reason\":null}","bytes":170,"http_status":200,"received_at":"2026-11-22T07:19:17.587Z"},"job_id":"ff80808200000000999c3f8fcd06957e","job_type":"createDCSInstance","labels":{"name":"cache-2"},"previous":"running","raw_status":"SUCCESS","region":"eu-de","request_id":"958cc82c01e64ebc87a48b70753d0082","service":"dcs","state":"succeeded","summary":"dcs job ff80808200000000999c3f8fcd06957e (createDCSInstance) succeeded after 9 s"}');
INSERT INTO "event" VALUES(30,'msg_d8b20cde3b0ee0c4d21f821dd0985f3d',1795331957590,'job.lost',9,'{"account":"demo","begin_time":"2026-11-22T07:19:07.887Z","blind_gap":{"cause":"no poll was due between the last sighting and the first miss","from":"2026-11-22T07:19:13.637Z","to":"2026-11-22T07:19:14.578Z"},"certainty":"lost","evidence":{"body":"{\"error\":{\"message\":\"Failed to query the job: invalid job ID.\",\"code\":\"Common.0011\"}}","bytes":85,"http_status":400,"received_at":"2026-11-22T07:19:17.590Z"},"job_id":"ff8080820000000035edb2746f9422db","job_type":"changeOS","labels":{"name":"doomed-1"},"previous":"running","raw_status":"RUNNING","region":"eu-de","request_id":"31482791e848ce026c6f00b0c918a128","service":"ecs","state":"lost","summary":"ecs job ff8080820000000035edb2746f9422db (changeOS) vanished before its end was seen; it may have succeeded or failed"}');
INSERT INTO "event" VALUES(31,'msg_15378cb9090a5dfca079d25fc119305a',1795331957998,'job.expiring',1,'{"account":"demo","begin_time":"2026-11-22T07:19:07.887Z","captured":true,"certainty":"confirmed","end_time":"2026-11-22T07:19:11.887Z","expires_at":"2026-11-22T07:19:25.895Z","job_id":"ff80808200000000666fc22e095c221f","job_type":"createServer","labels":{"name":"web-1"},"partial":false,"raw_status":"SUCCESS","region":"eu-de","service":"ecs","state":"succeeded","sub_jobs":{"failed":0,"failures":[],"succeeded":1,"total":1},"summary":"the cloud deletes the record of ecs job ff80808200000000666fc22e095c221f (createServer) in 7.8 s; its end is kept here"}');
INSERT INTO "event" VALUES(32,'msg_483a613f2e51149918e122d850c77cfb',1795331957998,'job.expiring',7,'{"account":"demo","begin_time":"2026-11-22T07:19:07.887Z","captured":false,"certainty":"confirmed","expires_at":"2026-11-22T07:19:23.899Z","job_id":"ff808082000000005f93ac23f5ba0356","job_type":"createServer","labels":{"name":"prepaid-1"},"raw_status":"PENDING_PAYMENT","region":"eu-de","service":"ecs","state":"awaiting_payment","summary":"the cloud deletes the record of ecs job ff808082000000005f93ac23f5ba0356 (createServer) in 5.9 s; the order is still unpaid, so its outcome is open"}');
INSERT INTO "event" VALUES(33,'msg_082afc57f01199da1644ca8a5478db40',1795331959395,'job.expiring',6,'{"account":"demo","begin_time":"2026-11-22T07:19:07.887Z","captured":true,"certainty":"confirmed","end_time":"2026-11-22T07:19:13.387Z","expires_at":"2026-11-22T07:19:27.395Z","job_id":"ff80808200000000f86a6484b4c0a6a3","job_type":"createServer","labels":{"name":"batch-3"},"raw_status":"FAIL","region":"eu-de","service":"ecs","state":"failed","sub_jobs":{"failed":1,"failures":[{"begin_time":"2026-11-22T07:19:07.887Z","end_time":"2026-11-22T07:19:12.887Z","error_code":"Ecs.0219","fail_reason":"no host has enough memory for flavor s3.large.4","job_id":"ff808082000000009f34ea0913a0ba55","job_type":"createSingleServer","raw_status":"FAIL"}],"succeeded":2,"total":3},"summary":"the cloud deletes the record of ecs job ff80808200000000f86a6484b4c0a6a3 (createServer) in 8 s; its end is kept here"}');
INSERT INTO "event" VALUES(34,'msg_1072c4e0b74fc186c7907b1fa049e8b9',1795331961046,'job.expiring',2,'{"account":"demo","begin_time":"2026-11-22T07:19:07.887Z","captured":true,"certainty":"confirmed","end_time":"2026-11-22T07:19:14.887Z","expires_at":"2026-11-22T07:19:28.843Z","job_id":"ff80808200000000666fc32e095c23d2","job_type":"createServer","labels":{"name":"web-2"},"partial":false,"raw_status":"SUCCESS","region":"eu-de","service":"ecs","state":"succeeded","sub_jobs":{"failed":0,"failures":[],"succeeded":1,"total":1},"summary":"the cloud deletes the record of ecs job ff80808200000000666fc32e095c23d2 (createServer) in 7.7 s; its end is kept here"}');
INSERT INTO "event" VALUES(35,'msg_d6044ecbf282a09e4b90691d497727ee',1795331967265,'job.lapsed',7,'{"account":"demo","begin_time":"2026-11-22T07:19:07.887Z","blind_gap":{"cause":"no poll was due between the last sighting and the first miss","from":"2026-11-22T07:19:23.238Z","to":"2026-11-22T07:19:24.252Z"},"certainty":"inferred","evidence":{"body":"{\"error\":{\"message\":\"Failed to query the job: invalid job ID.\",\"code\":\"Common.0011\"}}","bytes":85,"http_status":400,"received_at":"2026-11-22T07:19:27.265Z"},"job_id":"ff808082000000005f93ac23f5ba0356","job_type":"createServer","labels":{"name":"prepaid-1"},"previous":"awaiting_payment","raw_status":"PENDING_PAYMENT","region":"eu-de","request_id":"76e3c724944f6ca80585b391346438ec","service":"ecs","state":"lapsed","summary":"ecs job ff808082000000005f93ac23f5ba0356 (createServer) was never paid and its record is gone"}');
INSERT INTO "event" VALUES(36,'msg_a505e3adeb6f40b5ae7f8a82f49916ea',1795331967275,'daemon.stopped',NULL,'{"summary":"jobwatch has stopped"}');
INSERT INTO "event" VALUES(37,'msg_cab91055f00f726551926efec1d70a48',1795331967346,'daemon.started',NULL,'{"summary":"jobwatch has started"}');
INSERT INTO "event" VALUES(38,'msg_0391ebda777d5fc7196ee66d63a0a769',1795331969369,'job.registered',10,'{"account":"demo","certainty":"confirmed","job_id":"ff808082000000000000000000000a01","labels":{"name":"web-3"},"region":"eu-de","service":"ecs","state":"registered","summary":"ecs job ff808082000000000000000000000a01 is being watched"}');
INSERT INTO "event" VALUES(39,'msg_25d6c91a7663851d8a8067e1bf3c6c43',1795331969369,'job.registered',11,'{"account":"demo","certainty":"confirmed","job_id":"ff808082000000000000000000000a02","labels":{"name":"web-3"},"region":"eu-de","service":"ecs","state":"registered","summary":"ecs job ff808082000000000000000000000a02 is being watched"}');
INSERT INTO "event" VALUES(40,'msg_d23131d90f0e9d6a6a5515650bcb1124',1795331969389,'channel.failing',NULL,'{"cause":"connection refused","channel":"screen","summary":"channel screen fails: its messages are kept and one is tried now and then (connection refused)"}');
INSERT INTO "event" VALUES(41,'msg_938a3b3f0ae7f1fcfadef62d261d30ea',1795331969431,'job.registered',12,'{"account":"demo","certainty":"confirmed","job_id":"ff808082000000000000000000000a03","labels":{"name":"cache-4"},"region":"eu-de","service":"dcs","state":"registered","summary":"dcs job ff808082000000000000000000000a03 is being watched"}');
INSERT INTO "event" VALUES(42,'msg_54fc3ecb94074a015f3d8f7853dd39e6',1795331981568,'job.at_risk',10,'{"account":"demo","blind_gap":{"cause":"the endpoint gave no answer: http://127.0.0.1:45127: connection refused","from":"2026-11-22T07:19:29.369Z","to":"2026-11-22T07:19:41.568Z"},"certainty":"confirmed","expires_at":"2026-11-22T07:19:43.369Z","job_id":"ff808082000000000000000000000a01","labels":{"name":"web-3"},"region":"eu-de","service":"ecs","state":"registered","summary":"ecs job ff808082000000000000000000000a01 was not seen for 12 s: it could end and be deleted unseen"}');
INSERT INTO "event" VALUES(43,'msg_4c0ca14bba48073944d848e22de34226',1795331981568,'job.at_risk',11,'{"account":"demo","blind_gap":{"cause":"the endpoint gave no answer: http://127.0.0.1:45127: connection refused","from":"2026-11-22T07:19:29.369Z","to":"2026-11-22T07:19:41.568Z"},"certainty":"confirmed","expires_at":"2026-11-22T07:19:43.369Z","job_id":"ff808082000000000000000000000a02","labels":{"name":"web-3"},"region":"eu-de","service":"ecs","state":"registered","summary":"ecs job ff808082000000000000000000000a02 was not seen for 12 s: it could end and be deleted unseen"}');
INSERT INTO "event" VALUES(44,'msg_b64f3b46d7a5e5ffc5476f9e4e0e643d',1795331991450,'daemon.stopped',NULL,'{"summary":"jobwatch has stopped"}');
CREATE TABLE evidence (
  id INTEGER PRIMARY KEY,
  job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
  at INTEGER NOT NULL,
  http_status INTEGER NOT NULL,
  request_id TEXT,
  server_date INTEGER,
  body BLOB NOT NULL
) STRICT;
INSERT INTO "evidence" VALUES(1,1,1795331947949,200,'31c3a384cbb065bd4cdd5b395c218534',1795331947000,X'7B22737461747573223A22494E4954222C22656E746974696573223A7B227375625F6A6F62735F746F74616C223A312C227375625F6A6F6273223A5B7B22737461747573223A2252554E4E494E47222C22656E746974696573223A7B227365727665725F6964223A226666383038303832303030303030303032316130373136343736373239366239227D2C226A6F625F6964223A226666383038303832303030303030303032316130326636343736373232363933222C226A6F625F74797065223A2263726561746553696E676C65536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22227D5D7D2C226A6F625F6964223A226666383038303832303030303030303036363666633232653039356332323166222C226A6F625F74797065223A22637265617465536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22227D');
INSERT INTO "evidence" VALUES(2,5,1795331947969,200,'cafd9676de10b3e128710e5c94535c0b',1795331947000,X'7B22737461747573223A2252554E4E494E47222C22656E746974696573223A7B227365727665725F6964223A226666383038303832303030303030303064353835323339356131616535333438227D2C226A6F625F6964223A226666383038303832303030303030303036306134363137366433383132306336222C226A6F625F74797065223A22726573697A65536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22227D');
INSERT INTO "evidence" VALUES(3,3,1795331947978,200,'43856fea148d3be3c2596a27b1c077aa',1795331947000,X'7B226A6F625F6964223A226666383038303832303030303030303039393963336638666364303639353765222C226A6F625F74797065223A22637265617465444353496E7374616E6365222C22737461747573223A2252554E4E494E47222C22626567696E5F74696D65223A2231373935333331393437383837222C22656E645F74696D65223A6E756C6C2C226661696C5F726561736F6E223A6E756C6C7D');
INSERT INTO "evidence" VALUES(4,7,1795331948004,200,'72dc697f11451cbd488f45b8cebf812b',1795331947000,X'7B22737461747573223A2250454E44494E475F5041594D454E54222C22656E746974696573223A7B7D2C226A6F625F6964223A226666383038303832303030303030303035663933616332336635626130333536222C226A6F625F74797065223A22637265617465536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22227D');
INSERT INTO "evidence" VALUES(5,2,1795331948004,200,'b07d8b1063f4dcb465d3d38cc424f013',1795331947000,X'7B22737461747573223A22494E4954222C22656E746974696573223A7B227375625F6A6F62735F746F74616C223A312C227375625F6A6F6273223A5B7B22737461747573223A2252554E4E494E47222C22656E746974696573223A7B227365727665725F6964223A226666383038303832303030303030303032616131613236343762613438643763227D2C226A6F625F6964223A226666383038303832303030303030303032616131653436343762613466646132222C226A6F625F74797065223A2263726561746553696E676C65536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22227D5D7D2C226A6F625F6964223A226666383038303832303030303030303036363666633332653039356332336432222C226A6F625F74797065223A22637265617465536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22227D');
INSERT INTO "evidence" VALUES(6,4,1795331948004,200,'a24ffb39032d96c0de204599ca3aa766',1795331947000,X'7B226A6F625F6964223A226666383038303832303030303030303039393963336538666364303639336362222C226A6F625F74797065223A22637265617465444353496E7374616E6365222C22737461747573223A2252554E4E494E47222C22626567696E5F74696D65223A2231373935333331393437383837222C22656E645F74696D65223A6E756C6C2C226661696C5F726561736F6E223A6E756C6C7D');
INSERT INTO "evidence" VALUES(7,8,1795331947994,200,'7e50dda3cf97de7e67614fd40ab50428',1795331947000,X'7B226A6F625F6964223A226666383038303832303030303030303039393963343038666364303639373331222C226A6F625F74797065223A22657874656E64444353496E7374616E6365222C22737461747573223A2252554E4E494E47222C22626567696E5F74696D65223A2231373935333331393437383837222C22656E645F74696D65223A6E756C6C2C226661696C5F726561736F6E223A6E756C6C7D');
INSERT INTO "evidence" VALUES(8,9,1795331948004,200,'9c843bde1ca16d867e782a3d67ee6651',1795331947000,X'7B22737461747573223A2252554E4E494E47222C22656E746974696573223A7B7D2C226A6F625F6964223A226666383038303832303030303030303033356564623237343666393432326462222C226A6F625F74797065223A226368616E67654F53222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22227D');
INSERT INTO "evidence" VALUES(9,6,1795331948013,200,'13f5fccefec674d92f85d2bcb8912904',1795331947000,X'7B22737461747573223A2252554E4E494E47222C22656E746974696573223A7B227375625F6A6F62735F746F74616C223A332C227375625F6A6F6273223A5B7B22737461747573223A2252554E4E494E47222C22656E746974696573223A7B227365727665725F6964223A226666383038303832303030303030303032366361393136633539363365646163227D2C226A6F625F6964223A226666383038303832303030303030303039663334653830393133613062366566222C226A6F625F74797065223A2263726561746553696E676C65536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22227D2C7B22737461747573223A2252554E4E494E47222C22656E746974696573223A7B227365727665725F6964223A226666383038303832303030303030303032366361393436633539363366326335227D2C226A6F625F6964223A226666383038303832303030303030303039663334653930393133613062386132222C226A6F625F74797065223A2263726561746553696E676C65536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22227D2C7B22737461747573223A2252554E4E494E47222C22656E746974696573223A7B7D2C226A6F625F6964223A226666383038303832303030303030303039663334656130393133613062613535222C226A6F625F74797065223A2263726561746553696E676C65536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22227D5D7D2C226A6F625F6964223A226666383038303832303030303030303066383661363438346234633061366133222C226A6F625F74797065223A22637265617465536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22227D');
INSERT INTO "evidence" VALUES(10,1,1795331948958,200,'76e78177e21dc831e38494a21cb9ac6a',1795331948000,X'7B22737461747573223A2252554E4E494E47222C22656E746974696573223A7B227375625F6A6F62735F746F74616C223A312C227375625F6A6F6273223A5B7B22737461747573223A2252554E4E494E47222C22656E746974696573223A7B227365727665725F6964223A226666383038303832303030303030303032316130373136343736373239366239227D2C226A6F625F6964223A226666383038303832303030303030303032316130326636343736373232363933222C226A6F625F74797065223A2263726561746553696E676C65536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22227D5D7D2C226A6F625F6964223A226666383038303832303030303030303036363666633232653039356332323166222C226A6F625F74797065223A22637265617465536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22227D');
INSERT INTO "evidence" VALUES(11,2,1795331949030,200,'3c07c0b6a74894226786bf1f3d6af601',1795331949000,X'7B22737461747573223A2252554E4E494E47222C22656E746974696573223A7B227375625F6A6F62735F746F74616C223A312C227375625F6A6F6273223A5B7B22737461747573223A2252554E4E494E47222C22656E746974696573223A7B227365727665725F6964223A226666383038303832303030303030303032616131613236343762613438643763227D2C226A6F625F6964223A226666383038303832303030303030303032616131653436343762613466646132222C226A6F625F74797065223A2263726561746553696E676C65536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22227D5D7D2C226A6F625F6964223A226666383038303832303030303030303036363666633332653039356332336432222C226A6F625F74797065223A22637265617465536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22227D');
INSERT INTO "evidence" VALUES(12,5,1795331950964,200,'14e40e964718593af6e1ad2883006ea8',1795331950000,X'7B22737461747573223A2253554343455353222C22656E746974696573223A7B227365727665725F6964223A226666383038303832303030303030303064353835323339356131616535333438227D2C226A6F625F6964223A226666383038303832303030303030303036306134363137366433383132306336222C226A6F625F74797065223A22726573697A65536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22323032362D31312D32325430373A31393A31302E3838375A222C226572726F725F636F6465223A6E756C6C2C226661696C5F726561736F6E223A6E756C6C7D');
INSERT INTO "evidence" VALUES(13,1,1795331952722,200,'92b9590fe25f062bdaa112621df1b302',1795331952000,X'7B22737461747573223A2253554343455353222C22656E746974696573223A7B227375625F6A6F62735F746F74616C223A312C227375625F6A6F6273223A5B7B22737461747573223A2253554343455353222C22656E746974696573223A7B227365727665725F6964223A226666383038303832303030303030303032316130373136343736373239366239227D2C226A6F625F6964223A226666383038303832303030303030303032316130326636343736373232363933222C226A6F625F74797065223A2263726561746553696E676C65536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22323032362D31312D32325430373A31393A31312E3338375A222C226572726F725F636F6465223A6E756C6C2C226661696C5F726561736F6E223A6E756C6C7D5D7D2C226A6F625F6964223A226666383038303832303030303030303036363666633232653039356332323166222C226A6F625F74797065223A22637265617465536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22323032362D31312D32325430373A31393A31312E3838375A222C226572726F725F636F6465223A6E756C6C2C226661696C5F726561736F6E223A6E756C6C7D');
INSERT INTO "evidence" VALUES(14,4,1795331952930,200,'94120cc973a7843b3c36092d38068102',1795331952000,X'7B226A6F625F6964223A226666383038303832303030303030303039393963336538666364303639336362222C226A6F625F74797065223A22637265617465444353496E7374616E6365222C22737461747573223A2253554343455353222C22626567696E5F74696D65223A2231373935333331393437383837222C22656E645F74696D65223A2231373935333331393532383837222C226661696C5F726561736F6E223A6E756C6C7D');
INSERT INTO "evidence" VALUES(15,6,1795331953727,200,'c34a45340dd334e433ac55e16e1741e4',1795331953000,X'7B22737461747573223A224641494C222C22656E746974696573223A7B227375625F6A6F62735F746F74616C223A332C227375625F6A6F6273223A5B7B22737461747573223A2253554343455353222C22656E746974696573223A7B227365727665725F6964223A226666383038303832303030303030303032366361393136633539363365646163227D2C226A6F625F6964223A226666383038303832303030303030303039663334653830393133613062366566222C226A6F625F74797065223A2263726561746553696E676C65536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22323032362D31312D32325430373A31393A31312E3838375A222C226572726F725F636F6465223A6E756C6C2C226661696C5F726561736F6E223A6E756C6C7D2C7B22737461747573223A2253554343455353222C22656E746974696573223A7B227365727665725F6964223A226666383038303832303030303030303032366361393436633539363366326335227D2C226A6F625F6964223A226666383038303832303030303030303039663334653930393133613062386132222C226A6F625F74797065223A2263726561746553696E676C65536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22323032362D31312D32325430373A31393A31312E3838375A222C226572726F725F636F6465223A6E756C6C2C226661696C5F726561736F6E223A6E756C6C7D2C7B22737461747573223A224641494C222C22656E746974696573223A7B7D2C226A6F625F6964223A226666383038303832303030303030303039663334656130393133613062613535222C226A6F625F74797065223A2263726561746553696E676C65536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22323032362D31312D32325430373A31393A31322E3838375A222C226572726F725F636F6465223A224563732E30323139222C226661696C5F726561736F6E223A226E6F20686F73742068617320656E6F756768206D656D6F727920666F7220666C61766F722073332E6C617267652E34227D5D7D2C226A6F625F6964223A226666383038303832303030303030303066383661363438346234633061366133222C226A6F625F74797065223A22637265617465536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22323032362D31312D32325430373A31393A31332E3338375A222C226572726F725F636F6465223A6E756C6C2C226661696C5F726561736F6E223A6E756C6C7D');
INSERT INTO "evidence" VALUES(16,8,1795331954587,200,'5e5ed688d0ec932b677e140af4856531',1795331954000,X'7B226A6F625F6964223A226666383038303832303030303030303039393963343038666364303639373331222C226A6F625F74797065223A22657874656E64444353496E7374616E6365222C22737461747573223A224641494C222C22626567696E5F74696D65223A2231373935333331393437383837222C22656E645F74696D65223A2231373935333331393533383837222C226661696C5F726561736F6E223A226E6F20726F6F6D206F6E2074686520636C75737465722773206E6F646573227D');
INSERT INTO "evidence" VALUES(17,2,1795331955840,200,'db0a2a82f4ab4245be45d02637b94769',1795331955000,X'7B22737461747573223A2253554343455353222C22656E746974696573223A7B227375625F6A6F62735F746F74616C223A312C227375625F6A6F6273223A5B7B22737461747573223A2253554343455353222C22656E746974696573223A7B227365727665725F6964223A226666383038303832303030303030303032616131613236343762613438643763227D2C226A6F625F6964223A226666383038303832303030303030303032616131653436343762613466646132222C226A6F625F74797065223A2263726561746553696E676C65536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22323032362D31312D32325430373A31393A31342E3338375A222C226572726F725F636F6465223A6E756C6C2C226661696C5F726561736F6E223A6E756C6C7D5D7D2C226A6F625F6964223A226666383038303832303030303030303036363666633332653039356332336432222C226A6F625F74797065223A22637265617465536572766572222C22626567696E5F74696D65223A22323032362D31312D32325430373A31393A30372E3838375A222C22656E645F74696D65223A22323032362D31312D32325430373A31393A31342E3838375A222C226572726F725F636F6465223A6E756C6C2C226661696C5F726561736F6E223A6E756C6C7D');
INSERT INTO "evidence" VALUES(18,3,1795331957587,200,'958cc82c01e64ebc87a48b70753d0082',1795331957000,X'7B226A6F625F6964223A226666383038303832303030303030303039393963336638666364303639353765222C226A6F625F74797065223A22637265617465444353496E7374616E6365222C22737461747573223A2253554343455353222C22626567696E5F74696D65223A2231373935333331393437383837222C22656E645F74696D65223A2231373935333331393536383837222C226661696C5F726561736F6E223A6E756C6C7D');
INSERT INTO "evidence" VALUES(19,9,1795331957590,400,'31482791e848ce026c6f00b0c918a128',1795331957000,X'7B226572726F72223A7B226D657373616765223A224661696C656420746F20717565727920746865206A6F623A20696E76616C6964206A6F622049442E222C22636F6465223A22436F6D6D6F6E2E30303131227D7D');
INSERT INTO "evidence" VALUES(20,7,1795331967265,400,'76e3c724944f6ca80585b391346438ec',1795331967000,X'7B226572726F72223A7B226D657373616765223A224661696C656420746F20717565727920746865206A6F623A20696E76616C6964206A6F622049442E222C22636F6465223A22436F6D6D6F6E2E30303131227D7D');
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES('1');
INSERT INTO "grdb_migrations" VALUES('2');
CREATE TABLE handled_file (
  fingerprint TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE integrity (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  checked_at INTEGER NOT NULL,
  boot_id TEXT
) STRICT;
CREATE TABLE job (
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  service TEXT NOT NULL,
  job_id TEXT NOT NULL CHECK (length(job_id) BETWEEN 1 AND 128),
  project_id TEXT NOT NULL,
  region TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('registered', 'pending', 'running', 'awaiting_payment',
    'succeeded', 'failed', 'lapsed', 'lost', 'unknown', 'forgotten')),
  report TEXT CHECK (report IS NULL OR json_valid(report)),
  body_hash INTEGER,
  labels TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(labels)),
  channels TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(channels)),
  job_type TEXT,
  hint_type TEXT,
  hint_begin INTEGER,
  hint_instance TEXT,
  hint_task TEXT,
  expect_within INTEGER CHECK (expect_within > 0),
  progress TEXT CHECK (progress IS NULL OR json_valid(progress)),
  submitted_at INTEGER NOT NULL,
  registered_at INTEGER NOT NULL,
  first_seen_at INTEGER,
  last_seen_at INTEGER CHECK (last_seen_at IS NULL OR first_seen_at IS NOT NULL),
  known_age INTEGER NOT NULL DEFAULT 0 CHECK (known_age >= watched_from),
  watched_from INTEGER NOT NULL DEFAULT 0 CHECK (watched_from >= 0),
  paid_at INTEGER,
  record_since INTEGER,
  ended_at INTEGER,
  polls INTEGER NOT NULL DEFAULT 0 CHECK (polls >= 0),
  absent_answers INTEGER NOT NULL DEFAULT 0 CHECK (absent_answers >= 0),
  absent_since INTEGER CHECK ((absent_since IS NULL) = (absent_answers = 0)),
  reported_words TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(reported_words)),
  notices TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(notices)),
  due_at INTEGER,
  notice_at INTEGER, at_risk_since INTEGER,
  UNIQUE (account, service, job_id),
  CHECK ((ended_at IS NULL) = (state IN ('registered', 'pending', 'running', 'awaiting_payment')))
) STRICT;
INSERT INTO "job" VALUES(1,'demo','ecs','ff80808200000000666fc22e095c221f','0605767b5780d5762fc5c0118072a564','eu-de','succeeded','{"begin":{"instant":"2026-11-22T07:19:07.887Z","raw":"2026-11-22T07:19:07.887Z"},"end":{"instant":"2026-11-22T07:19:11.887Z","raw":"2026-11-22T07:19:11.887Z"},"entities":{},"jobType":"createServer","rawStatus":"SUCCESS","subJobs":[{"begin":{"instant":"2026-11-22T07:19:07.887Z","raw":"2026-11-22T07:19:07.887Z"},"end":{"instant":"2026-11-22T07:19:11.387Z","raw":"2026-11-22T07:19:11.387Z"},"entities":{"server_id":"ff8080820000000021a07164767296b9"},"jobID":"ff8080820000000021a02f6476722693","jobType":"createSingleServer","rawStatus":"SUCCESS","state":"succeeded"}]}',402199625714693682,'{"name":"web-1"}','[]','createServer',NULL,NULL,NULL,NULL,NULL,NULL,1795331947893,1795331947893,1795331947949,1795331952722,3853,0,NULL,1795331951895,1795331952722,6,0,NULL,'[]','{"expiring":{"deadline":"2026-11-22T07:19:25.895Z","lead":8000}}',NULL,NULL,NULL);
INSERT INTO "job" VALUES(2,'demo','ecs','ff80808200000000666fc32e095c23d2','0605767b5780d5762fc5c0118072a564','eu-de','succeeded','{"begin":{"instant":"2026-11-22T07:19:07.887Z","raw":"2026-11-22T07:19:07.887Z"},"end":{"instant":"2026-11-22T07:19:14.887Z","raw":"2026-11-22T07:19:14.887Z"},"entities":{},"jobType":"createServer","rawStatus":"SUCCESS","subJobs":[{"begin":{"instant":"2026-11-22T07:19:07.887Z","raw":"2026-11-22T07:19:07.887Z"},"end":{"instant":"2026-11-22T07:19:14.387Z","raw":"2026-11-22T07:19:14.387Z"},"entities":{"server_id":"ff808082000000002aa1a2647ba48d7c"},"jobID":"ff808082000000002aa1e4647ba4fda2","jobType":"createSingleServer","rawStatus":"SUCCESS","state":"succeeded"}]}',-6794065146837955172,'{"name":"web-2"}','[]','createServer',NULL,NULL,NULL,NULL,NULL,NULL,1795331947893,1795331947893,1795331948004,1795331955840,7015,0,NULL,1795331954843,1795331955840,9,0,NULL,'[]','{"expiring":{"deadline":"2026-11-22T07:19:28.843Z","lead":8000}}',NULL,NULL,NULL);
INSERT INTO "job" VALUES(3,'demo','dcs','ff80808200000000999c3f8fcd06957e','0605767b5780d5762fc5c0118072a564','eu-de','succeeded','{"begin":{"instant":"2026-11-22T07:19:07.887Z","raw":"1795331947887"},"end":{"instant":"2026-11-22T07:19:16.887Z","raw":"1795331956887"},"entities":{},"jobType":"createDCSInstance","rawStatus":"SUCCESS","subJobs":[]}',7336162240095759345,'{"name":"cache-2"}','[]','createDCSInstance',NULL,NULL,NULL,NULL,NULL,NULL,1795331947899,1795331947899,1795331947978,1795331957587,8534,0,NULL,1795331957086,1795331957587,11,0,NULL,'[]','{}',NULL,NULL,NULL);
INSERT INTO "job" VALUES(4,'demo','dcs','ff80808200000000999c3e8fcd0693cb','0605767b5780d5762fc5c0118072a564','eu-de','succeeded','{"begin":{"instant":"2026-11-22T07:19:07.887Z","raw":"1795331947887"},"end":{"instant":"2026-11-22T07:19:12.887Z","raw":"1795331952887"},"entities":{},"jobType":"createDCSInstance","rawStatus":"SUCCESS","subJobs":[]}',2611019112002490447,'{"name":"cache-1"}','[]','createDCSInstance',NULL,NULL,NULL,NULL,NULL,NULL,1795331947899,1795331947899,1795331948004,1795331952930,3633,0,NULL,1795331952930,1795331952930,6,0,NULL,'[]','{}',NULL,NULL,NULL);
INSERT INTO "job" VALUES(5,'demo','ecs','ff8080820000000060a46176d38120c6','0605767b5780d5762fc5c0118072a564','eu-de','succeeded','{"begin":{"instant":"2026-11-22T07:19:07.887Z","raw":"2026-11-22T07:19:07.887Z"},"end":{"instant":"2026-11-22T07:19:10.887Z","raw":"2026-11-22T07:19:10.887Z"},"entities":{"server_id":"ff80808200000000d5852395a1ae5348"},"jobType":"resizeServer","rawStatus":"SUCCESS","subJobs":[]}',7050193263221546949,'{"name":"resize-db"}','[]','resizeServer',NULL,NULL,NULL,NULL,NULL,NULL,1795331947899,1795331947899,1795331947969,1795331950964,1686,0,NULL,1795331950964,1795331950964,4,0,NULL,'[]','{"expiring":{"deadline":"2026-11-22T07:19:24.964Z","lead":8000}}',NULL,NULL,NULL);
INSERT INTO "job" VALUES(6,'demo','ecs','ff80808200000000f86a6484b4c0a6a3','0605767b5780d5762fc5c0118072a564','eu-de','failed','{"begin":{"instant":"2026-11-22T07:19:07.887Z","raw":"2026-11-22T07:19:07.887Z"},"end":{"instant":"2026-11-22T07:19:13.387Z","raw":"2026-11-22T07:19:13.387Z"},"entities":{},"jobType":"createServer","rawStatus":"FAIL","subJobs":[{"begin":{"instant":"2026-11-22T07:19:07.887Z","raw":"2026-11-22T07:19:07.887Z"},"end":{"instant":"2026-11-22T07:19:11.887Z","raw":"2026-11-22T07:19:11.887Z"},"entities":{"server_id":"ff8080820000000026ca916c5963edac"},"jobID":"ff808082000000009f34e80913a0b6ef","jobType":"createSingleServer","rawStatus":"SUCCESS","state":"succeeded"},{"begin":{"instant":"2026-11-22T07:19:07.887Z","raw":"2026-11-22T07:19:07.887Z"},"end":{"instant":"2026-11-22T07:19:11.887Z","raw":"2026-11-22T07:19:11.887Z"},"entities":{"server_id":"ff8080820000000026ca946c5963f2c5"},"jobID":"ff808082000000009f34e90913a0b8a2","jobType":"createSingleServer","rawStatus":"SUCCESS","state":"succeeded"},{"begin":{"instant":"2026-11-22T07:19:07.887Z","raw":"2026-11-22T07:19:07.887Z"},"end":{"instant":"2026-11-22T07:19:12.887Z","raw":"2026-11-22T07:19:12.887Z"},"entities":{},"errorCode":"Ecs.0219","failReason":"no host has enough memory for flavor s3.large.4","jobID":"ff808082000000009f34ea0913a0ba55","jobType":"createSingleServer","rawStatus":"FAIL","state":"failed"}]}',-2491320241417263278,'{"name":"batch-3"}','[]','createServer',NULL,NULL,NULL,NULL,NULL,NULL,1795331947899,1795331947899,1795331948013,1795331953727,4880,0,NULL,1795331953395,1795331953727,7,0,NULL,'[]','{"expiring":{"deadline":"2026-11-22T07:19:27.395Z","lead":8000}}',NULL,NULL,NULL);
INSERT INTO "job" VALUES(7,'demo','ecs','ff808082000000005f93ac23f5ba0356','0605767b5780d5762fc5c0118072a564','eu-de','lapsed','{"begin":{"instant":"2026-11-22T07:19:07.887Z","raw":"2026-11-22T07:19:07.887Z"},"entities":{},"jobType":"createServer","rawStatus":"PENDING_PAYMENT","subJobs":[]}',-3775266493822688900,'{"name":"prepaid-1"}','[]','createServer',NULL,NULL,NULL,NULL,NULL,NULL,1795331947899,1795331947899,1795331948004,1795331963238,0,0,NULL,NULL,1795331967265,20,0,NULL,'[]','{"expiring":{"deadline":"2026-11-22T07:19:23.899Z","lead":6000}}',NULL,NULL,NULL);
INSERT INTO "job" VALUES(8,'demo','dcs','ff80808200000000999c408fcd069731','0605767b5780d5762fc5c0118072a564','eu-de','failed','{"begin":{"instant":"2026-11-22T07:19:07.887Z","raw":"1795331947887"},"end":{"instant":"2026-11-22T07:19:13.887Z","raw":"1795331953887"},"entities":{},"failReason":"no room on the cluster''s nodes","jobType":"extendDCSInstance","rawStatus":"FAIL","subJobs":[]}',8943423987755425450,'{"name":"cache-3"}','[]','extendDCSInstance',NULL,NULL,NULL,NULL,NULL,NULL,1795331947899,1795331947899,1795331947994,1795331954587,5413,0,NULL,1795331954164,1795331954587,8,0,NULL,'[]','{}',NULL,NULL,NULL);
INSERT INTO "job" VALUES(9,'demo','ecs','ff8080820000000035edb2746f9422db','0605767b5780d5762fc5c0118072a564','eu-de','lost','{"begin":{"instant":"2026-11-22T07:19:07.887Z","raw":"2026-11-22T07:19:07.887Z"},"entities":{},"jobType":"changeOS","rawStatus":"RUNNING","subJobs":[]}',4750112897519720597,'{"name":"doomed-1"}','[]','changeOS',NULL,NULL,NULL,NULL,NULL,NULL,1795331947899,1795331947899,1795331948004,1795331953637,5742,5742,NULL,NULL,1795331957590,11,0,NULL,'[]','{}',NULL,NULL,NULL);
INSERT INTO "job" VALUES(10,'demo','ecs','ff808082000000000000000000000a01','0605767b5780d5762fc5c0118072a564','eu-de','registered',NULL,NULL,'{"name":"web-3"}','[]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1795331969369,1795331969369,NULL,NULL,0,0,NULL,NULL,NULL,0,0,NULL,'[]','{"atRisk":{"deadline":"2026-11-22T07:19:43.369Z","lead":2000}}',1795331969369,NULL,1795331981568);
INSERT INTO "job" VALUES(11,'demo','ecs','ff808082000000000000000000000a02','0605767b5780d5762fc5c0118072a564','eu-de','registered',NULL,NULL,'{"name":"web-3"}','[]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1795331969369,1795331969369,NULL,NULL,0,0,NULL,NULL,NULL,0,0,NULL,'[]','{"atRisk":{"deadline":"2026-11-22T07:19:43.369Z","lead":2000}}',1795331969369,NULL,1795331981568);
INSERT INTO "job" VALUES(12,'demo','dcs','ff808082000000000000000000000a03','0605767b5780d5762fc5c0118072a564','eu-de','registered',NULL,NULL,'{"name":"cache-4"}','[]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1795331969431,1795331969431,NULL,NULL,0,0,NULL,NULL,NULL,0,0,NULL,'[]','{}',1795331969431,NULL,NULL);
CREATE TABLE log_cursor (
  path TEXT PRIMARY KEY,
  seq INTEGER NOT NULL CHECK (seq >= 0),
  inode INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "log_cursor" VALUES('/var/log/jobwatch/status.log',44,991553);
CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL REFERENCES event ON DELETE CASCADE,
  channel TEXT NOT NULL,
  job INTEGER,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'given_up')),
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  due_at INTEGER NOT NULL,
  settled_at INTEGER,
  last_error TEXT,
  UNIQUE (seq, channel),
  CHECK ((settled_at IS NULL) = (state = 'waiting'))
) STRICT;
INSERT INTO "message" VALUES(1,1,'screen',NULL,'delivered',1,1795331947875,1795331947913,NULL);
INSERT INTO "message" VALUES(2,2,'screen',1,'delivered',1,1795331947893,1795331947912,NULL);
INSERT INTO "message" VALUES(3,3,'screen',2,'delivered',1,1795331947893,1795331947913,NULL);
INSERT INTO "message" VALUES(4,4,'screen',3,'delivered',1,1795331947899,1795331947929,NULL);
INSERT INTO "message" VALUES(5,5,'screen',4,'delivered',1,1795331947899,1795331947930,NULL);
INSERT INTO "message" VALUES(6,6,'screen',5,'delivered',1,1795331947899,1795331947930,NULL);
INSERT INTO "message" VALUES(7,7,'screen',6,'delivered',1,1795331947899,1795331947934,NULL);
INSERT INTO "message" VALUES(8,8,'screen',7,'delivered',1,1795331947899,1795331947929,NULL);
INSERT INTO "message" VALUES(9,9,'screen',8,'delivered',1,1795331947899,1795331947934,NULL);
INSERT INTO "message" VALUES(10,10,'screen',9,'delivered',1,1795331947899,1795331947930,NULL);
INSERT INTO "message" VALUES(11,11,'screen',1,'delivered',1,1795331947949,1795331947978,NULL);
INSERT INTO "message" VALUES(12,12,'screen',5,'delivered',1,1795331947969,1795331947998,NULL);
INSERT INTO "message" VALUES(13,13,'screen',3,'delivered',1,1795331947978,1795331948001,NULL);
INSERT INTO "message" VALUES(14,14,'screen',7,'delivered',1,1795331948004,1795331948015,NULL);
INSERT INTO "message" VALUES(15,15,'screen',2,'delivered',1,1795331948004,1795331948016,NULL);
INSERT INTO "message" VALUES(16,16,'screen',4,'delivered',1,1795331948004,1795331948024,NULL);
INSERT INTO "message" VALUES(17,17,'screen',8,'delivered',1,1795331947994,1795331948015,NULL);
INSERT INTO "message" VALUES(18,18,'screen',9,'delivered',1,1795331948004,1795331948027,NULL);
INSERT INTO "message" VALUES(19,19,'screen',6,'delivered',1,1795331948013,1795331948026,NULL);
INSERT INTO "message" VALUES(20,20,'screen',1,'delivered',1,1795331948958,1795331948993,NULL);
INSERT INTO "message" VALUES(21,21,'screen',2,'delivered',1,1795331949030,1795331949058,NULL);
INSERT INTO "message" VALUES(22,22,'screen',5,'delivered',1,1795331950964,1795331950973,NULL);
INSERT INTO "message" VALUES(23,23,'screen',1,'delivered',1,1795331952722,1795331952728,NULL);
INSERT INTO "message" VALUES(24,24,'screen',4,'delivered',1,1795331952930,1795331952937,NULL);
INSERT INTO "message" VALUES(25,25,'oncall',6,'delivered',3,1795331956533,1795331956536,NULL);
INSERT INTO "message" VALUES(26,25,'screen',6,'delivered',1,1795331953727,1795331953738,NULL);
INSERT INTO "message" VALUES(27,26,'oncall',8,'delivered',3,1795331956536,1795331956540,NULL);
INSERT INTO "message" VALUES(28,26,'screen',8,'delivered',1,1795331954587,1795331954593,NULL);
INSERT INTO "message" VALUES(29,27,'screen',2,'delivered',1,1795331955840,1795331955853,NULL);
INSERT INTO "message" VALUES(30,28,'screen',5,'delivered',1,1795331957163,1795331957179,NULL);
INSERT INTO "message" VALUES(31,29,'screen',3,'delivered',1,1795331957587,1795331957602,NULL);
INSERT INTO "message" VALUES(32,30,'oncall',9,'delivered',1,1795331957590,1795331957602,NULL);
INSERT INTO "message" VALUES(33,30,'screen',9,'delivered',1,1795331957590,1795331957600,NULL);
INSERT INTO "message" VALUES(34,31,'screen',1,'delivered',1,1795331957998,1795331958010,NULL);
INSERT INTO "message" VALUES(35,32,'screen',7,'delivered',1,1795331957998,1795331958010,NULL);
INSERT INTO "message" VALUES(36,33,'screen',6,'delivered',1,1795331959395,1795331959404,NULL);
INSERT INTO "message" VALUES(37,34,'screen',2,'delivered',1,1795331961046,1795331961066,NULL);
INSERT INTO "message" VALUES(38,35,'oncall',7,'delivered',1,1795331967265,1795331967271,NULL);
INSERT INTO "message" VALUES(39,35,'screen',7,'delivered',1,1795331967265,1795331967271,NULL);
INSERT INTO "message" VALUES(40,36,'screen',NULL,'waiting',2,1795331970557,NULL,'connection refused');
INSERT INTO "message" VALUES(41,37,'screen',NULL,'waiting',2,1795331970120,NULL,'connection refused');
INSERT INTO "message" VALUES(42,38,'screen',10,'waiting',1,1795331970582,NULL,'connection refused');
INSERT INTO "message" VALUES(43,39,'screen',11,'waiting',1,1795331970467,NULL,'connection refused');
INSERT INTO "message" VALUES(44,41,'screen',12,'waiting',0,1795331969431,NULL,NULL);
INSERT INTO "message" VALUES(45,42,'screen',10,'waiting',0,1795331981568,NULL,NULL);
INSERT INTO "message" VALUES(46,43,'screen',11,'waiting',0,1795331981568,NULL,NULL);
INSERT INTO "message" VALUES(47,44,'screen',NULL,'waiting',0,1795331991450,NULL,NULL);
CREATE TABLE transition (
  id INTEGER PRIMARY KEY,
  job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
  at INTEGER NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL CHECK (to_state <> from_state),
  raw_status TEXT,
  evidence INTEGER REFERENCES evidence
) STRICT;
INSERT INTO "transition" VALUES(1,1,1795331947949,'registered','pending','INIT',1);
INSERT INTO "transition" VALUES(2,5,1795331947969,'registered','running','RUNNING',2);
INSERT INTO "transition" VALUES(3,3,1795331947978,'registered','running','RUNNING',3);
INSERT INTO "transition" VALUES(4,7,1795331948004,'registered','awaiting_payment','PENDING_PAYMENT',4);
INSERT INTO "transition" VALUES(5,2,1795331948004,'registered','pending','INIT',5);
INSERT INTO "transition" VALUES(6,4,1795331948004,'registered','running','RUNNING',6);
INSERT INTO "transition" VALUES(7,8,1795331947994,'registered','running','RUNNING',7);
INSERT INTO "transition" VALUES(8,9,1795331948004,'registered','running','RUNNING',8);
INSERT INTO "transition" VALUES(9,6,1795331948013,'registered','running','RUNNING',9);
INSERT INTO "transition" VALUES(10,1,1795331948958,'pending','running','RUNNING',10);
INSERT INTO "transition" VALUES(11,2,1795331949030,'pending','running','RUNNING',11);
INSERT INTO "transition" VALUES(12,5,1795331950964,'running','succeeded','SUCCESS',12);
INSERT INTO "transition" VALUES(13,1,1795331952722,'running','succeeded','SUCCESS',13);
INSERT INTO "transition" VALUES(14,4,1795331952930,'running','succeeded','SUCCESS',14);
INSERT INTO "transition" VALUES(15,6,1795331953727,'running','failed','FAIL',15);
INSERT INTO "transition" VALUES(16,8,1795331954587,'running','failed','FAIL',16);
INSERT INTO "transition" VALUES(17,2,1795331955840,'running','succeeded','SUCCESS',17);
INSERT INTO "transition" VALUES(18,3,1795331957587,'running','succeeded','SUCCESS',18);
INSERT INTO "transition" VALUES(19,9,1795331957590,'running','lost','RUNNING',19);
INSERT INTO "transition" VALUES(20,7,1795331967265,'awaiting_payment','lapsed','PENDING_PAYMENT',20);
CREATE TABLE watched (
  account TEXT PRIMARY KEY,
  jobs INTEGER NOT NULL CHECK (jobs >= 0)
) STRICT, WITHOUT ROWID;
INSERT INTO "watched" VALUES('demo',3);
CREATE INDEX job_by_id ON job (job_id);
CREATE INDEX job_by_notice ON job (notice_at) WHERE notice_at IS NOT NULL;
CREATE INDEX job_by_end ON job (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX job_active ON job (id) WHERE ended_at IS NULL;
CREATE INDEX evidence_by_job ON evidence (job);
CREATE INDEX transition_by_job ON transition (job);
CREATE INDEX transition_by_evidence ON transition (evidence) WHERE evidence IS NOT NULL;
CREATE INDEX event_by_job ON event (job, seq) WHERE job IS NOT NULL;
CREATE INDEX message_due ON message (channel, due_at) WHERE state = 'waiting';
CREATE INDEX message_order ON message (channel, job, seq) WHERE state = 'waiting';
CREATE INDEX attempt_by_message ON attempt (message);
CREATE INDEX job_at_risk ON job (at_risk_since) WHERE at_risk_since IS NOT NULL;
CREATE INDEX message_given_up ON message (settled_at) WHERE state = 'given_up';
CREATE TRIGGER job_is_watched AFTER INSERT ON job WHEN new.ended_at IS NULL BEGIN
  INSERT INTO watched (account, jobs) VALUES (new.account, 1)
    ON CONFLICT (account) DO UPDATE SET jobs = jobs + 1;
END;
CREATE TRIGGER job_has_ended AFTER UPDATE OF ended_at ON job
  WHEN old.ended_at IS NULL AND new.ended_at IS NOT NULL BEGIN
  UPDATE watched SET jobs = max(jobs - 1, 0) WHERE account = new.account;
END;
CREATE TRIGGER job_is_watched_again AFTER UPDATE OF ended_at ON job
  WHEN old.ended_at IS NOT NULL AND new.ended_at IS NULL BEGIN
  INSERT INTO watched (account, jobs) VALUES (new.account, 1)
    ON CONFLICT (account) DO UPDATE SET jobs = jobs + 1;
END;
CREATE TRIGGER job_is_gone AFTER DELETE ON job WHEN old.ended_at IS NULL BEGIN
  UPDATE watched SET jobs = max(jobs - 1, 0) WHERE account = old.account;
END;
COMMIT;
