package io.socketserver.spring;

import java.util.Set;
import java.util.stream.Collectors;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.context.annotation.Condition;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The starter's floors, and the house rules of Boot.
 */
class StarterArchitectureTests {

	private static final String BASE = "io.socketserver.spring";

	private final JavaClasses starter = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
		.importPackages(BASE);

	@Test
	void autoConfigurationsArePublicAndFinalWithoutPublicMethods() {
		classes().that()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.bePublic()
			.andShould()
			.haveModifier(JavaModifier.FINAL)
			.andShould()
			.haveSimpleNameEndingWith("AutoConfiguration")
			.check(this.starter);
		methods().that()
			.areDeclaredInClassesThat()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.notBePublic()
			.check(this.starter);
	}

	@Test
	void conditionsAndFailureAnalyzersAreNobodysBusiness() {
		classes().that()
			.areAssignableTo(Condition.class)
			.or()
			.areAssignableTo(FailureAnalyzer.class)
			.should()
			.notBePublic()
			.check(this.starter);
	}

	@Test
	void importsGoDown() {
		noClasses().that()
			.resideInAPackage(BASE)
			.should()
			.dependOnClassesThat()
			.resideInAPackage(BASE + ".*..")
			.check(this.starter);
		noClasses().that()
			.resideInAPackage(BASE + ".diagnostics..")
			.should()
			.dependOnClassesThat()
			.resideInAPackage(BASE + ".autoconfigure..")
			.check(this.starter);
		noClasses().that()
			.resideOutsideOfPackage(BASE + ".autoconfigure..")
			.should()
			.dependOnClassesThat()
			.resideInAPackage(BASE + ".autoconfigure..")
			.check(this.starter);
	}

	@Test
	void theLibraryIsUsedThroughItsPublicPackages() {
		noClasses().should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.socketserver.internal..", "io.socketserver.loop..")
			.check(this.starter);
	}

	@Test
	void nobodySleepsOrPrints() {
		noClasses().should().callMethod(Thread.class, "sleep", long.class).check(this.starter);
		noClasses().should().accessField(System.class, "out").check(this.starter);
		noClasses().should().accessField(System.class, "err").check(this.starter);
	}

	@Test
	void everyPackageSaysWhatMayBeNull() {
		Set<JavaPackage> packages = this.starter.stream().map(JavaClass::getPackage).collect(Collectors.toSet());
		assertThat(packages).hasSizeGreaterThanOrEqualTo(3)
			.allSatisfy(
					(javaPackage) -> assertThat(javaPackage.isAnnotatedWith(NullMarked.class)).as(javaPackage.getName())
						.isTrue());
	}

}
