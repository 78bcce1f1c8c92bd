package io.socketserver;

import java.io.ObjectInputStream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.GeneralCodingRules;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The floors of the core, as {@code package-info} of {@code io.socketserver} draws them.
 */
class ArchitectureTests {

	private static final JavaClasses CORE = new ClassFileImporter()
		.withImportOption(new ImportOption.DoNotIncludeTests())
		.importPackages("io.socketserver");

	@Test
	void importsOnlyGoDown() {
		Architectures.layeredArchitecture()
			.consideringOnlyDependenciesInLayers()
			.layer("servers")
			.definedBy("io.socketserver")
			.layer("mixin")
			.definedBy("io.socketserver.mixin..")
			.layer("message")
			.definedBy("io.socketserver.message..")
			.layer("proxy")
			.definedBy("io.socketserver.proxy..")
			.layer("fork")
			.definedBy("io.socketserver.fork..")
			.layer("request")
			.definedBy("io.socketserver.request..")
			.layer("loop")
			.definedBy("io.socketserver.loop..")
			.layer("internal")
			.definedBy("io.socketserver.internal..")
			.withOptionalLayers(true)
			.whereLayer("servers")
			.mayNotBeAccessedByAnyLayer()
			.whereLayer("mixin")
			.mayOnlyBeAccessedByLayers("servers")
			.whereLayer("message")
			.mayOnlyBeAccessedByLayers("servers", "mixin")
			.whereLayer("proxy")
			.mayOnlyBeAccessedByLayers("servers")
			.whereLayer("request")
			.mayOnlyBeAccessedByLayers("servers", "mixin", "message", "proxy", "fork")
			.whereLayer("fork")
			.mayOnlyBeAccessedByLayers("servers", "mixin")
			.whereLayer("loop")
			.mayOnlyBeAccessedByLayers("servers", "mixin", "message", "fork", "request")
			.check(CORE);
	}

	@Test
	void theLoopKnowsNothingOfRequests() {
		noClasses().that()
			.resideInAPackage("io.socketserver.loop..")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.socketserver.request..", "io.socketserver.mixin..", "io.socketserver")
			.check(CORE);
	}

	@Test
	void tlsKnowsNothingOfRequests() {
		noClasses().that()
			.resideInAPackage("io.socketserver.tls..")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.socketserver.loop..", "io.socketserver.request..", "io.socketserver.mixin..",
					"io.socketserver.message..", "io.socketserver")
			.check(CORE);
	}

	@Test
	void packagesHaveNoCycles() {
		SlicesRuleDefinition.slices().matching("io.socketserver.(**)").should().beFreeOfCycles().check(CORE);
	}

	@Test
	void dependsOnTheJdkAndAnnotationsOnly() {
		classes().should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("java..", "javax.net.ssl..", "jdk.net..", "org.jspecify.annotations..",
					"io.socketserver..")
			.check(CORE);
	}

	@Test
	void writesToNoConsole() {
		GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(CORE);
	}

	@Test
	void neitherSleepsNorReadsTheWallClockForDeadlines() {
		noClasses().should().callMethodWhere(calls(Thread.class, "sleep")).check(CORE);
		noClasses().should().callMethodWhere(calls(System.class, "currentTimeMillis")).check(CORE);
	}

	private static DescribedPredicate<JavaMethodCall> calls(Class<?> owner, String name) {
		return DescribedPredicate.describe(owner.getSimpleName() + "." + name,
				(call) -> call.getTargetOwner().isEquivalentTo(owner) && call.getName().equals(name));
	}

	@Test
	void deserialisesNothing() {
		noClasses().should().dependOnClassesThat().areAssignableTo(ObjectInputStream.class).check(CORE);
	}

	@Test
	void everyPackageIsNullMarked() {
		assertThat(CORE.stream().map(JavaClass::getPackage).distinct())
			.allSatisfy((each) -> assertThat(each.isAnnotatedWith(NullMarked.class)).as(each.getName()).isTrue());
	}

	/**
	 * Rules that could not fail would be worth nothing.
	 */
	@Test
	void theRulesBite() {
		ArchRule upward = noClasses().that()
			.resideInAPackage("io.socketserver")
			.should()
			.dependOnClassesThat()
			.resideInAPackage("io.socketserver.loop..");
		assertThat(CORE.size()).isGreaterThan(40);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> upward.check(CORE));
	}

}
