import CloudAPI
import Foundation
import JobWatchCore
import Testing

/// A body of `Vectors/bodies`, and what it says. Times are in UTC.
struct CapturedBody: Sendable, CustomTestStringConvertible {
  var file: String
  var service: String
  var state: JobState
  var id: String
  var type: String
  var begin: String
  var end: String?
  var reason: String?
  var objects: [String: String] = [:]
  /// Type, word and objects of each job that it is made of.
  var parts: [String] = []

  var testDescription: String { file }

  static func bytes(_ file: String) throws -> [UInt8] {
    let url = Bundle.module.bundleURL.appending(path: "Vectors/bodies/\(file).json")
    return Array(try Data(contentsOf: url))
  }

  static let all = classic + databases + others

  static let classic: [CapturedBody] = [
    CapturedBody(
      file: "ecs_running_createServer_observed", service: "ecs", state: .running,
      id: "ff8080827e7810fb017f06338a731328", type: "createServer", begin: "2022-02-17T05:41:55.441Z",
      parts: ["createSingleServer RUNNING server_id=1c74e090-c569-4b52-9eaa-fd34776cec28"]),
    CapturedBody(
      file: "ecs_success_serversAction_flight", service: "ecs", state: .succeeded,
      id: "ff8080829585af7f0195c1e776d9475c", type: "serversAction",
      begin: "2025-03-23T07:28:46.807Z", end: "2025-03-23T07:29:27.897Z",
      parts: ["serverActions SUCCESS server_id=bac642b0-a9ca-4a13-b6b9-9e41b35905b6"]),
    CapturedBody(
      file: "ecs_success_createSingleServer_toplevel_server_id", service: "ecs",
      state: .succeeded, id: "4010b39d58b855980158b8574b270018", type: "createSingleServer",
      begin: "2016-12-01T03:04:38.437Z", end: "2016-12-01T03:07:26.871Z",
      objects: ["server_id": "42d39b4a-19b7-4ee2-b01b-a9f1353b4c54"]),
    CapturedBody(
      file: "bms_success_baremetalBatchCreate", service: "bms", state: .succeeded,
      id: "2c9eb2c5544cbf6101544f0602af2b4f", type: "baremetalBatchCreate",
      begin: "2019-04-25T20:04:34.604Z", end: "2019-04-25T20:08:41.593Z",
      parts: ["baremetalSingleCreate SUCCESS server_id=bae51750-0089-41a1-9b18-5c777978ff6d"]),
    CapturedBody(
      file: "evs_running_batchCreateVolume", service: "evs", state: .running,
      id: "ff808081690a667101692e1854b81685", type: "batchCreateVolume",
      begin: "2019-02-27T08:35:40.343Z",
      parts: [
        "createVolume RUNNING name=dsfghgj-0001 size=100 "
          + "volume_id=6f111eb6-3b1e-40ef-8594-a937a859e338 volume_type=SATA",
        "createVolume RUNNING name=dsfghgj-0002 size=100 "
          + "volume_id=4d8a5e9a-235f-4b72-aa71-7c37ff2c2db5 volume_type=SATA",
      ]),
    CapturedBody(
      file: "evs_success_createVolume", service: "evs", state: .succeeded,
      id: "ff8080817aa5637b017ac7d6ca9005d5", type: "createVolume",
      begin: "2021-07-21T06:53:00.431Z", end: "2021-07-21T06:53:07.443Z",
      objects: [
        "name": "volume_1", "size": "50", "volume_type": "SSD",
        "volume_id": "4c3b7a01-989a-4c34-876c-4699f3766457",
      ]),
    CapturedBody(
      file: "sdrs_success_createProtectionGroupNoCG", service: "sdrs", state: .succeeded,
      id: "0000000062db92d70162db9d200f000a", type: "createProtectionGroupNoCG",
      begin: "2018-04-19T01:55:30.443Z", end: "2018-04-19T01:55:45.493Z",
      objects: ["server_group_id": "a59d008e-4bad-4bf3-9b17-6cc25e7da483"]),
    CapturedBody(
      file: "eip_success_createBatchPublicip_docs", service: "eip", state: .succeeded,
      id: "ff808082843684110184e155fdb36461", type: "createBatchPublicip",
      begin: "2022-12-05T08:10:19.951Z", end: "2022-12-05T08:10:21.864Z"),
    CapturedBody(
      file: "ims_success_createImageByInstance", service: "ims", state: .succeeded,
      id: "ff8080814dbd65d7014dbe0d84db0013", type: "createImageByInstance", begin: "2015-06-04T18:11:06.586Z",
      objects: ["image_id": "e9e91bff-14b6-4a0b-8377-4ed0813e3360"]),
    CapturedBody(
      file: "ims_success_imsImportImageJob", service: "ims", state: .succeeded,
      id: "9a175ac892fa1342019300224f22218e", type: "imsImportImageJob",
      begin: "2024-11-06T06:21:08.769Z", end: "2024-11-06T06:27:03.742Z",
      objects: ["image_id": "431df7fd-a898-4dc0-86b1-22cfefb8a517", "image_name": "test"]),
    CapturedBody(
      file: "ims_success_imsImportOvaImageJob", service: "ims", state: .succeeded,
      id: "9a175ac892fa13420193006a49173317", type: "imsImportOvaImageJob",
      begin: "2024-11-06T07:39:45.814Z", end: "2024-11-06T07:49:45.814Z",
      parts: [
        "imsImportImageJob SUCCESS image_id=fc496c19-40c2-4220-8b1a-eba9d53fca7b image_name=test"
      ]),
  ]

  static let databases: [CapturedBody] = [
    CapturedBody(
      file: "rds_completed_CreateMysqlReplicaInstance", service: "rds", state: .succeeded,
      id: "31b8ae23-c687-4d80-b7b4-42a66c9bb886", type: " CreateMysqlReplicaInstance",
      begin: "2018-08-06T10:41:14.000Z", end: "2018-08-06T16:41:14.000Z",
      objects: [
        "instance_id": "288caaa9d05f4ec1a1f58de2e0945685in01",
        "instance_name": "mysql-replica", "instance_type": "replica",
        "instance_endpoint": "192.168.1.203:3306", "instance_datastore_type": "mysql",
        "instance_datastore_version": "5.7",
        "instance_replica_of": "a48e43ff268f4c0e879652d65e63d0fbin01",
        "resource_ids": "288caaa9d05f4ec1a1f58de2e0945685in01.vm "
          + "288caaa9d05f4ec1a1f58de2e0945685in01.volume",
      ]),
    // The blanks in the id are the document's.
    CapturedBody(
      file: "rds_failed_CreateMysqlSingleHAInstance", service: "rds", state: .failed,
      id: "31 b8ae23 - c687 - 4 d80 - b7b4 - 42 a66c9bb886", type: "CreateMysqlSingleHAInstance",
      begin: "2018-08-06T10:41:14.000Z", end: "2018-08-06T16:41:14.000Z", reason: "createVM failed.",
      objects: [
        "instance_id": "a48e43ff268f4c0e879652d65e63d0fbin01", "instance_type": "Single",
        "instance_name": "DO-NOT-TOUCH-mgr2-mysql-single", "instance_datastore_type": "mysql",
        "instance_datastore_version": "5.7",
      ]),
    CapturedBody(
      file: "taurusdb_completed_CreateMysqlInstance", service: "taurusdb", state: .succeeded,
      id: "a9767ede-fe0f-4888-9003-e843a4c90514", type: "CreateMysqlInstance",
      begin: "2018-08-06T02:41:14.000Z", end: "2018-08-06T16:41:14.000Z",
      objects: [
        "instance_id": "a48e43ff268f4c0e879652d65e63d0fbin07", "instance_type": "Cluster",
        "instance_name": "DO-NOT-TOUCH-mgr2-mysql-single",
        "instance_endpoint": "192.168.1.203:3306", "instance_datastore_version": "8.0",
        "instance_datastore_type": "gaussdb-mysql",
        "resource_ids": "a48e43ff268f4c0e879652d65e63d0fbin07.vm "
          + "a48e43ff268f4c0e879652d65e63d0fbin07.volume",
      ]),
    CapturedBody(
      file: "gaussdb_completed_CreateGaussDBV5Instance", service: "gaussdb", state: .succeeded,
      id: "5cbb8a90-2253-4cff-8a13-49aa8f31dfb5", type: "CreateGaussDBV5Instance",
      begin: "2021-07-12T01:22:04.000Z", end: "2021-07-12T02:10:13.000Z",
      objects: [
        "instance_id": "b34f8c791f2643578510c093aa2351a8in14", "instance_name": "gauss-c1a3",
      ]),
    CapturedBody(
      file: "dds_running_Create_MongoDB", service: "dds", state: .running,
      id: "9d10bfd1-affb-49c3-b977-298950a8d6fa", type: "Create_MongoDB",
      begin: "2021-07-13T07:28:43.000Z",
      objects: [
        "instance_id": "cf538a2dd8ec4b26860b27060902712fin02", "instance_name": "dds-3a98-wcc",
        "progress": "9%",
      ]),
    CapturedBody(
      file: "dds_completed_Create_MongoDB", service: "dds", state: .succeeded,
      id: "f85104b5-4a9c-4e0f-9505-fc5409d8f7ae", type: "Create_MongoDB",
      begin: "2021-07-12T09:22:04.000Z", end: "2021-07-12T10:10:13.000Z",
      objects: [
        "instance_id": "d87f5b33049144ec95f0cab0a5f22cfbin02", "instance_name": "dds-5ff4-sh",
      ]),
    CapturedBody(
      file: "dds_failed_Restore_MongoDB_Replica", service: "dds", state: .failed,
      id: "a03b1b8a-b756-467c-8a49-38720c3d23ec", type: "Restore_MongoDB_Replica",
      begin: "2021-07-13T04:55:58.000Z", end: "2021-07-13T05:20:04.000Z",
      reason: "Failed to upgrade the DB Agent.",
      objects: [
        "instance_id": "7beb15d5db9c4742b7c817789244844ein02",
        "instance_name": "lenn-v3-restore-4",
      ]),
    CapturedBody(
      file: "geminidb_running_CreateCassandra", service: "geminidb", state: .running,
      id: "6f85e061-04dd-42e7-86d6-d3b1e40aac2e", type: "CreateCassandra", begin: "2023-09-12T06:44:01.000Z",
      objects: [
        "instance_id": "27a045b6bf9e46f691f81366d398cb04in06", "instance_name": "nosql-12f5",
        "progress": "14%",
      ]),
  ]

  static let others: [CapturedBody] = [
    CapturedBody(
      file: "dcs_success_masterStandbySwapJob", service: "dcs", state: .succeeded,
      id: "ff8080818822bbf70188235afc24141a", type: "masterStandbySwapJob",
      begin: "2023-05-15T22:59:05.379Z", end: "2023-05-15T22:59:08.248Z"),
    CapturedBody(
      file: "ddm_running_CreateInstance", service: "ddm", state: .running,
      id: "31b8ae23-c687-4d80-b7b4-42a66c9bb886", type: "CreateInstance",
      begin: "2018-08-06T09:41:14.000Z",
      objects: [
        "instance_id": "a48e43ff268f4c0e879652d65e63d0fbin09", "instance_name": "DDM-test",
        "progress": "60%",
      ]),
    CapturedBody(
      file: "cce_job_docs", service: "cce", state: .running,
      id: "354331b2c-229a-11e8-9c75-0255ac100ceb", type: "CreateCluster",
      begin: "2020-02-02T08:12:40.672Z",
      objects: [
        "clusterUID": "4d1ecb2c-229a-11e8-9c75-0255ac100ceb", "resourceName": "cluster-name",
        "resourceID": "6f4dcb2c-229a-11e8-9c75-0255ac100ceb",
        "extendParam_serverID": "bc467e3a-2338-11e8-825b-0255ac100c13",
      ],
      parts: [
        "InstallMaster Success clusterUID=fcc72de0-9606-11e8-baa8-0255ac10215d "
          + "extendParam_serverID=fd3b4ac0-9606-11e8-baa8-0255ac10215d "
          + "resourceID=fd3b4ac0-9606-11e8-baa8-0255ac10215d",
        "CreatePSMCert Success clusterUID=fcc72de0-9606-11e8-baa8-0255ac10215d",
      ]),
  ]
}
