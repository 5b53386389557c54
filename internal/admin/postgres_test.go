// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// onPostgres is the name of the test whose worlds lie in PostgreSQL, which newWorld goes by.
const onPostgres = "TestTheSameOnPostgres"

// What locks, claims, or goes through many rows is proven on both engines: SQLite has one writer, so what
// two consoles do to each other shows on PostgreSQL alone.
func TestTheSameOnPostgres(t *testing.T) {
	for _, test := range []func(*testing.T){
		TestTwoConsolesShareTheJobs,
		TestABulkBlockReachesTheNamedRecordsAndNoOther, TestABulkOnAllThatMatchIsNotMovedByItsOwnChanges,
		TestAJobGoesOnAfterItsConsoleHasDied, TestACancelledJobStops,
		TestManyDevicesAreMarkedLostAndFoundAgainByUndo, TestManyUsersAreDisabledAndEnabledByUndo, TestABulkOnRecordsIsUndone,
		TestWhatWasAddedGoesAgainByUndo,
		TestASettingIsAuditedAndTwoPeopleDoNotOverwriteEachOther, TestEveryFieldOfEverySettingIsSavedWhenItAloneChanges,
		TestAPurgeTakesAwayWhatItsPreviewListsAndNeitherBlocksNorWipedDevices,
		TestTheAuditLogIsPurgedByAgeAndNeverBeforeItHasBeenDelivered, TestAPersonIsHandedOverWholeAndForgottenWhole, TestForgettingSomebodyReachesEveryTable,
		TestDevicesAreImportedWithAPreviewAnErrorPerLineAndUndo, TestComplianceFromAFileBlocksExactlyThoseThePreviewNames,
		TestTheCapHoldsForManyConsolesAtOnce, TestTheCapHoldsForManyAtOnce, TestAPolicyKeepsWhatItHasSaidBeforeWithItsAuthors,
		TestARuleHoldsItsRecordsOnceTheyAreLookedAtAndLetsThemGoWhenItIsOutOfForce, TestMoreRecordsThanARuleMayHoldWaitForAPersonWhoHasSeenTheNumber,
		TestQuarantineIsReleasedHeldAgainAndUndoneByRecordAndInBulk, TestARuleForAGroupFollowsWhoIsInIt, TestAMailboxKeepsItsFirstPhonesWhateverMovesThem,
		TestTheWalkGoesOnWhereAnotherConsoleHasDied, TestTwoConsolesWalkTogetherAndHoldNoMoreThanTheRuleMay, TestWhatAPreviewOfARuleSaysIsWhatTheWalkThenDoes,
		TestUsersAreImportedAndADisabledOneIsRefused, TestExchangesOwnListSaysWhoHasYetToCome, TestALongFileIsDoneInStepsAndCanBeStopped,
	} {
		name := runtime.FuncForPC(reflect.ValueOf(test).Pointer()).Name()
		t.Run(name[strings.LastIndexByte(name, '.')+len(".Test"):], test)
	}
}
